import LeapfrogCore

/// Reads a pair's repository on a queue of its own: libgit2 blocks, and its handle stays in here.
public actor CodeReader {
  private let executor = QueueExecutor(label: "leapfrog.code")
  private let mirror: Mirror
  private var opened: Repository?

  /// The queue that the reader runs on; when it blocks, nobody else waits.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// A reader of a mirror, which is opened with the first question and can be fetched until then.
  public init(mirror: Mirror) {
    self.mirror = mirror
  }

  /// What a ref is right now.
  public func resolve(_ ref: String) throws -> ResolvedRef {
    try repository().resolve(ref)
  }

  /// The whole tree of a commit, or its difference to `base` where the mirror still has that.
  func entries(of commit: ObjectID, base: ObjectID?) throws -> (
    entries: [TreeEntry], base: ObjectID?
  ) {
    let repository = try repository()
    guard let base, repository.contains(base) else { return (try repository.tree(of: commit), nil) }
    return (try repository.difference(from: base, to: commit), base)
  }

  /// Refuses blobs that only stand for a file kept elsewhere.
  func refusePointers(in entries: [TreeEntry]) throws {
    try repository().refusePointers(in: entries)
  }

  /// Blobs framed for the wire, from `start` on, about `limit` bytes of them; and where to go on.
  func frames(of blobs: [ObjectID], from start: Int, limit: Int = 4 << 20) throws -> (
    bytes: [UInt8], next: Int
  ) {
    let repository = try repository()
    var (bytes, index) = ([UInt8](), start)
    bytes.reserveCapacity(limit + limit / 4)
    while index < blobs.count, bytes.count < limit {
      try repository.withBlob(blobs[index]) { contents in
        bytes.append(contentsOf: blobs[index].bytes)
        withUnsafeBytes(of: UInt64(contents.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: contents)
      }
      index += 1
    }
    return (bytes, index)
  }

  /// The commits between two.
  public func commits(from old: ObjectID?, to new: ObjectID, limit: Int) throws -> (
    count: Int, first: [CommitSummary]
  ) {
    let repository = try repository()
    return try repository.commits(
      from: old.flatMap { repository.contains($0) ? $0 : nil }, to: new, limit: limit)
  }

  /// Whether the repository still has that commit; a rewritten history can lose one.
  public func holds(_ commit: ObjectID) throws -> Bool { try repository().contains(commit) }

  /// What differs between two commits; everything where there is no old one.
  public func changes(from old: ObjectID?, to new: ObjectID) throws -> [TreeEntry] {
    try entries(of: new, base: old).entries
  }

  /// What the way from one commit to another can mean for data; nil where nobody can tell: there are no
  /// patterns, or the repository does not have one of the commits any more.
  public func change(
    from old: ObjectID?, to new: ObjectID, patterns: [UpdatePattern]?
  ) throws -> CodeChange? {
    let repository = try repository()
    guard let patterns, let old, repository.contains(old), repository.contains(new) else {
      return nil
    }
    let updates = try repository.updates(from: old, to: new, patterns: patterns)
    return CodeChange(from: old, to: new, updates: updates)
  }

  private func repository() throws -> Repository {
    if let opened { return opened }
    let repository = try mirror.open()
    opened = repository
    return repository
  }
}
