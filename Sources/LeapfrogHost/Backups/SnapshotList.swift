import LeapfrogCore

/// Every file, directory and link of a backup, sorted by path.
struct SnapshotList: Equatable, Sendable {
  private(set) var records: [SnapshotRecord]

  init(_ records: [SnapshotRecord]) {
    self.records = records.sorted { $0.path < $1.path }
  }

  /// - Throws: `Failure` when the records are not sorted, or two have one path.
  init(ordered records: [SnapshotRecord], name: String) throws {
    for (one, next) in zip(records, records.dropFirst()) where one.path >= next.path {
      throw Failure.failed("\(name) is out of order at \(next.path)")
    }
    self.records = records
  }

  /// How many files and links.
  var count: Int { records.count { $0.kind != .directory } }

  /// Bytes of all files.
  var bytes: Int64 { records.reduce(0) { $0 &+ ($1.kind == .file ? $1.size : 0) } }

  /// The records by path.
  var byPath: [TreePath: SnapshotRecord] {
    Dictionary(records.map { ($0.path, $0) }) { first, _ in first }
  }

  /// For each further name of a file that has more than one, the first.
  var leaders: [TreePath: TreePath] {
    var first: [SnapshotRecord.Identity: TreePath] = [:]
    var leaders: [TreePath: TreePath] = [:]
    for record in records {
      guard let identity = record.identity else { continue }
      if let leader = first[identity] {
        leaders[record.path] = leader
      } else {
        first[identity] = record.path
      }
    }
    return leaders
  }

  /// The list with what has changed since.
  func applying(_ changes: SnapshotChanges) -> SnapshotList {
    if changes.isEmpty { return self }
    let replaced = Set(changes.gone).union(changes.list.records.map(\.path))
    return SnapshotList(records.filter { !replaced.contains($0.path) } + changes.list.records)
  }
}

/// What a last pass found different from the list of the first one.
struct SnapshotChanges: Equatable, Sendable {
  /// What is there no more, sorted.
  var gone: [TreePath]
  /// What is new, or not as it was.
  var list: SnapshotList

  var isEmpty: Bool { gone.isEmpty && list.records.isEmpty }

  /// The changes as they are on disk: a count, the paths that are gone each after its length, and the
  /// list of the others.
  var encoded: [UInt8] {
    let size = gone.reduce(4) { $0 + 4 + $1.bytes.count }
    return Array(unsafeUninitializedCapacity: size) { buffer, count in
      var writer = BinaryWriter(UnsafeMutableRawBufferPointer(buffer))
      writer.put(UInt32(clamping: gone.count))
      for path in gone {
        writer.put(UInt32(clamping: path.bytes.count))
        writer.put(path.bytes)
      }
      count = writer.count
    } + list.encoded
  }
}

extension SnapshotChanges {
  /// Reads changes.
  ///
  /// - Throws: `Failure` when the file is missing or not the one that is meant.
  init(reading path: String, digest: String) throws {
    let bytes = try Files.read(path, atMost: 1 << 30)
    guard FileDigest(of: bytes).hex == digest, let changes = try Self(encoded: bytes, name: path)
    else { throw Failure.failed("\(path) is damaged: its SHA-256 is not the recorded one") }
    self = changes
  }

  private init?(encoded bytes: [UInt8], name: String) throws {
    let found = bytes.withUnsafeBytes { buffer -> (gone: [TreePath], rest: [UInt8])? in
      var reader = BinaryReader(buffer)
      guard let count: UInt32 = reader.get() else { return nil }
      var gone: [TreePath] = []
      for _ in 0..<count {
        guard let length: UInt32 = reader.get(), let path = reader.bytes(Int(length)) else {
          return nil
        }
        gone.append(TreePath(bytes: path))
      }
      return (gone, reader.rest())
    }
    guard let found else { return nil }
    self.init(gone: found.gone, list: try SnapshotList(encoded: found.rest, name: name))
  }
}
