import Glibc
import LeapfrogCore

/// What a backup's copy of a database is, measured while it was made.
struct DatabaseRecord: Codable, Equatable, Sendable {
  /// The engine that made the copy and can put it back.
  var engine: String
  /// The copy's name in the directory of the backup.
  var file: String
  /// The copy's size.
  var bytes: Int64
  /// The copy's SHA-256, in hexadecimal digits.
  var sha256: String
  /// Rows by table.
  var counts: [String: Int]
  /// Whether the copy is the database byte for byte, or equal only in contents.
  var exact: Bool
  /// What the database's file has besides its contents; the way back gives it again.
  var mode: UInt32
  var owner: UInt32
  var group: UInt32
  /// What the engine has to know besides to put the copy back.
  var attributes: [String: String]?
}

extension DatabaseRecord {
  /// Compares the copy with what was recorded when it was made, every byte of it.
  ///
  /// - Throws: `Failure` naming the copy and the difference.
  func verifyBytes(in directory: String) throws {
    try verifySize(in: directory)
    let path = "\(directory)/\(file)"
    let copy = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    guard try FileContents.digest(of: copy, name: path).hex == sha256 else {
      throw Failure.failed("\(path) is damaged: its SHA-256 is not the recorded one")
    }
  }

  /// Looks whether the copy is there, a plain file of the recorded size.
  func verifySize(in directory: String) throws {
    let path = "\(directory)/\(file)"
    guard RelativePath.fault(in: file) == nil, let status = FileStatus(path) else {
      throw Failure.failed("\(path), a backup's database, is missing")
    }
    guard status.kind == .file else { throw Failure.failed("\(path) is not a plain file") }
    guard status.size == bytes else {
      throw Failure.failed("\(path) is damaged: it has \(status.size) bytes instead of \(bytes)")
    }
  }
}
