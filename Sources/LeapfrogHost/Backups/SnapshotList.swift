import LeapfrogCore

/// Every file, directory and link of a backup, sorted by path. On disk: a head, then the records,
/// each ended by a NUL, the one byte that no path holds.
struct SnapshotList: Equatable, Sendable {
  private(set) var records: [SnapshotRecord]

  /// The longest list that is read, in bytes: some millions of files.
  private static let longest = 1 << 30
  private static let head = Array("leapfrog files 1".utf8)

  init(_ records: [SnapshotRecord]) {
    self.records = records.sorted { $0.path < $1.path }
  }

  /// How many files and links.
  var count: Int { records.count { $0.kind != .directory } }

  /// Bytes of all files.
  var bytes: Int64 { records.reduce(0) { $0 &+ ($1.kind == .file ? $1.size : 0) } }

  /// The records by path.
  var byPath: [TreePath: SnapshotRecord] {
    Dictionary(records.map { ($0.path, $0) }) { first, _ in first }
  }

  /// The list as it is on disk.
  var encoded: [UInt8] {
    var bytes = Self.head + [0]
    for record in records {
      bytes.append(contentsOf: record.encoded)
      bytes.append(0)
    }
    return bytes
  }

  /// Reads a list.
  ///
  /// - Throws: `Failure` when the file is missing, not whole or no list.
  init(reading path: String) throws {
    try self.init(encoded: Self.bytes(of: path), name: path)
  }

  /// The bytes of a list on disk.
  static func bytes(of path: String) throws -> [UInt8] {
    try Files.read(path, atMost: longest)
  }

  /// The list of its bytes.
  init(encoded bytes: [UInt8], name: String) throws {
    var lines = bytes.split(separator: 0, omittingEmptySubsequences: false)
    guard lines.popLast()?.isEmpty == true, let head = lines.first, Array(head) == Self.head else {
      throw Failure.failed("\(name) is not a whole list of files")
    }
    let records = lines.dropFirst().map(SnapshotRecord.init(encoded:))
    if let number = records.firstIndex(where: { $0 == nil }) {
      throw Failure.failed("\(name) has a record that cannot be read, number \(number)")
    }
    self.records = records.compactMap { $0 }
    try requireOrder(name: name)
  }

  private func requireOrder(name: String) throws {
    for (one, next) in zip(records, records.dropFirst()) where one.path >= next.path {
      throw Failure.failed("\(name) is out of order at \(next.path)")
    }
  }
}
