import LeapfrogCore

/// Brings the idle platform of a pair to a commit: sends the difference, then the blobs it lacks.
public struct Stager: Sendable {
  public let host: PairHost
  public let code: CodeReader
  public let actor: String

  public init(host: PairHost, code: CodeReader, actor: String) {
    (self.host, self.code, self.actor) = (host, code, actor)
  }

  /// How far a stage is; for the one who waits.
  public typealias Progress = @Sendable (_ sent: Int, _ total: Int) -> Void

  /// Stages a ref. `base` is the commit that the platform holds, where that is known; `fence` the
  /// number of the fence when that was looked up.
  ///
  /// - Throws: `Failure` of kind `refused` when the platform has sites.
  public func stage(
    _ ref: ResolvedRef, platform: PlatformName?, base: ObjectID?, fence: Int64?,
    creates: Bool = false, progress: Progress
  ) async throws -> Staged {
    let params = StageParams(
      root: host.spec.root, spec: host.spec, ref: ref.name, commit: ref.commit, platform: platform,
      base: base, build: host.spec.wholeBuild, creates: creates, actor: actor,
      claim: host.claim(fence))
    let needs = try await begin(params)
    try await send(needs.blobs, progress)
    return try await host.stageFinish()
  }

  private func begin(_ asked: StageParams) async throws -> StageNeeds {
    var params = asked
    let (entries, base) = try await code.entries(of: params.commit, base: params.base)
    try await code.refusePointers(in: entries.filter { $0.mode != nil && $0.mode != .link })
    params.base = base
    let needs = try await host.stageBegin(params, tree: TreeCodec.encode(entries))
    guard needs.wantsWholeTree, base != nil else { return needs }
    params.base = nil
    return try await begin(params)
  }

  /// Reads the next batch while the last one is sent and the host writes it.
  private func send(_ blobs: [ObjectID], _ progress: Progress) async throws {
    var batch = try await code.frames(of: blobs, from: 0)
    var unconfirmed: Int?
    while !batch.bytes.isEmpty {
      let next = batch.next
      async let following = code.frames(of: blobs, from: next)
      let id = try await host.sendBlobs(batch.bytes)
      if let unconfirmed { try await host.confirmBlobs(unconfirmed) }
      unconfirmed = id
      progress(next, blobs.count)
      batch = try await following
    }
    if let unconfirmed { try await host.confirmBlobs(unconfirmed) }
  }
}
