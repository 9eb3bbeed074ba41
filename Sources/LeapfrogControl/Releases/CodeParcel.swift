import LeapfrogCore

/// The code of one commit as hosts get it: each part is read and packed once, however many hosts take it.
public actor CodeParcel {
  /// Blobs as they are sent.
  struct Batch: Sendable {
    let data: BulkData
    /// The index behind its last blob.
    let end: Int
  }

  /// The tree, or its difference to a commit.
  struct Tree: Sendable {
    let data: BulkData
    let base: ObjectID?
    /// The contents that it names.
    let blobs: Set<ObjectID>
  }

  private let code: CodeReader
  private let commit: ObjectID
  private let isPacked: Bool
  /// Where batches are kept for the next host; nil for one host alone.
  private let spool: Spool?
  private var trees: [ObjectID?: Task<Tree, any Error>] = [:]
  private var kept: [Key: Task<Kept, any Error>] = [:]

  /// All contents of the commit, asked for at most once.
  private lazy var whole = Task { [code, commit] in
    Set(try await code.entries(of: commit, base: nil).0.map(\.id))
  }

  private struct Key: Hashable {
    var blobs: [ObjectID]
    var start: Int
  }

  private struct Kept: Sendable {
    let place: Spool.Place
    let unpacked: Int?
    let end: Int
  }

  /// - Parameters:
  ///   - isPacked: whether it goes over a link that is slower than packing.
  ///   - isShared: whether more than one host takes it.
  public init(code: CodeReader, commit: ObjectID, isPacked: Bool, isShared: Bool) throws {
    (self.code, self.commit, self.isPacked) = (code, commit, isPacked)
    spool = isShared ? try Spool() : nil
  }

  /// The whole tree, or its difference to `base` where the repository still has that.
  func tree(base: ObjectID?) async throws -> Tree {
    if let task = trees[base] { return try await task.value }
    let (code, commit, isPacked) = (code, commit, isPacked)
    let task = Task {
      let (entries, base) = try await code.entries(of: commit, base: base)
      try await code.refusePointers(in: entries.filter { $0.mode != nil && $0.mode != .link })
      return Tree(
        data: BulkData(TreeCodec.encode(entries), packed: isPacked), base: base,
        blobs: Set(entries.lazy.filter { $0.mode != nil }.map(\.id)))
    }
    trees[base] = task
    return try await task.value
  }

  /// Lets a host have what belongs to the commit: the repository has other branches too.
  ///
  /// - Parameter tree: what the host was told.
  /// - Throws: `Failure` of kind `refused` for anything else.
  func verify(_ blobs: [ObjectID], to host: String, told tree: Tree) async throws {
    if tree.blobs.isSuperset(of: blobs) { return }
    // It may lack what did not change, where somebody edited a file.
    let all = try await whole.value
    guard let foreign = blobs.first(where: { !all.contains($0) }) else { return }
    throw Failure.refused(
      "\(host) asks for \(foreign.short), which is not in \(commit.short): nothing is sent",
      remedy: "leapfrog host check \(host)")
  }

  /// The batch of those blobs that begins at an index; nil behind the last one.
  func batch(from start: Int, of blobs: [ObjectID]) async throws -> Batch? {
    guard start < blobs.count else { return nil }
    guard let spool else { return try await read(from: start, of: blobs) }
    let kept = try await kept(Key(blobs: blobs, start: start), in: spool)
    let bytes = try await spool.read(kept.place)
    return Batch(data: BulkData(sent: bytes, unpacked: kept.unpacked), end: kept.end)
  }

  private func kept(_ key: Key, in spool: Spool) async throws -> Kept {
    if let task = kept[key] { return try await task.value }
    let task = Task {
      let batch = try await read(from: key.start, of: key.blobs)
      return Kept(
        place: try await spool.keep(batch.data.bytes), unpacked: batch.data.unpacked,
        end: batch.end)
    }
    kept[key] = task
    return try await task.value
  }

  private nonisolated func read(from start: Int, of blobs: [ObjectID]) async throws -> Batch {
    let frames = try await code.frames(of: blobs, from: start)
    return Batch(data: BulkData(frames.bytes, packed: isPacked), end: frames.next)
  }
}
