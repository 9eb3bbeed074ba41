import LeapfrogCore

/// Brings the idle platform of a pair to a commit: sends the difference, then the blobs it lacks. When the
/// link breaks it begins again; what the host has got by then is not sent again.
public struct Stager: Sendable {
  /// The host of the pair that is staged.
  public let host: PairHost
  /// The code of the commit that is staged.
  public let code: CodeParcel
  /// Who asks, as others are told who find the pair locked or changed.
  public let actor: String

  /// A stager of one commit's code; nothing is sent before `stage`.
  public init(host: PairHost, code: CodeParcel, actor: String) {
    (self.host, self.code, self.actor) = (host, code, actor)
  }

  /// How far a stage is; for the one who waits.
  public typealias Progress = @Sendable (_ sent: Int, _ total: Int) -> Void

  /// Stages a ref. `base` is the commit that the platform holds, where that is known; `basis` what the stage
  /// was decided on.
  ///
  /// - Throws: `Failure` of kind `refused` when the platform has sites.
  public func stage(
    _ ref: ResolvedRef, platform: PlatformName?, base: ObjectID?, basis: Basis,
    creates: Bool = false, progress: @escaping Progress
  ) async throws -> Staged {
    let params = StageParams(
      root: host.spec.root, spec: host.spec, ref: ref.name, commit: ref.commit, platform: platform,
      base: base, build: host.spec.wholeBuild, creates: creates, actor: actor,
      claim: host.claim(basis))
    return try await host.link.perform { connection in
      do {
        let (needs, tree) = try await begin(params, connection)
        try await code.verify(needs.blobs, to: host.name, told: tree)
        try await send(needs.blobs, connection, progress)
        return try await connection.call(.stageFinish, Nothing(), about: host.spec)
      } catch let failure as Failure {
        // The host's session ends with it, and lets go of the pair.
        await connection.close()
        throw failure
      }
    }
  }

  /// - Returns: what the host needs, told the difference to a commit or the whole tree.
  private func begin(_ asked: StageParams, _ connection: Connection) async throws -> (
    StageNeeds, CodeParcel.Tree
  ) {
    var params = asked
    let tree = try await code.tree(base: params.base)
    params.base = tree.base
    let needs: StageNeeds = try await connection.call(
      .stageBegin, params, bulk: tree.data, about: host.spec)
    guard needs.wantsWholeTree, params.base != nil else { return (needs, tree) }
    params.base = nil
    return try await begin(params, connection)
  }

  /// Reads the next batch while the last one is sent and the host writes it.
  private func send(
    _ blobs: [ObjectID], _ connection: Connection, _ progress: Progress
  ) async throws {
    var unconfirmed: Int?
    var batch = try await code.batch(from: 0, of: blobs)
    while let current = batch {
      async let following = code.batch(from: current.end, of: blobs)
      let id = try await connection.send(.stageBlobs, Nothing(), bulk: current.data)
      if let unconfirmed { try await confirm(unconfirmed, connection) }
      unconfirmed = id
      progress(current.end, blobs.count)
      batch = try await following
    }
    if let unconfirmed { try await confirm(unconfirmed, connection) }
  }

  private func confirm(_ id: Int, _ connection: Connection) async throws {
    let _: Nothing = try await connection.receive(id, about: host.spec)
  }
}
