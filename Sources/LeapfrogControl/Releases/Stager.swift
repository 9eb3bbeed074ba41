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

  /// Stages a ref. `base` is the commit that the platform holds, where that is known.
  ///
  /// - Throws: `Failure` of kind `refused` when the platform has sites.
  public func stage(
    _ ref: ResolvedRef, platform: PlatformName?, base: ObjectID?, creates: Bool = false,
    progress: Progress
  ) async throws -> Staged {
    let needs = try await begin(ref, platform: platform, base: base, creates: creates)
    try await send(needs.blobs, progress)
    return try await host.stageFinish()
  }

  private func begin(_ ref: ResolvedRef, platform: PlatformName?, base: ObjectID?, creates: Bool)
    async throws -> StageNeeds
  {
    let (entries, base) = try await code.entries(of: ref.commit, base: base)
    try await code.refusePointers(in: entries.filter { $0.mode != nil && $0.mode != .link })
    let params = StageParams(
      root: host.spec.root, spec: host.spec, ref: ref.name, commit: ref.commit, platform: platform,
      base: base, build: host.spec.build, creates: creates, actor: actor)
    let needs = try await host.stageBegin(params, tree: TreeCodec.encode(entries))
    guard needs.wantsWholeTree, base != nil else { return needs }
    return try await begin(ref, platform: platform, base: nil, creates: creates)
  }

  /// Reads the next batch while the host writes the last one.
  private func send(_ blobs: [ObjectID], _ progress: Progress) async throws {
    var (next, unconfirmed) = (0, Int?.none)
    while next < blobs.count {
      let batch = try await code.frames(of: blobs, from: next)
      let id = try await host.sendBlobs(batch.bytes)
      if let unconfirmed { try await host.confirmBlobs(unconfirmed) }
      (unconfirmed, next) = (id, batch.next)
      progress(next, blobs.count)
    }
    if let unconfirmed { try await host.confirmBlobs(unconfirmed) }
  }
}
