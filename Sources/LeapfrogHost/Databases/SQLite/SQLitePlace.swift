import Glibc
import LeapfrogCore

/// Where a SQLite database is: below the site's data, whatever links lead there. What is done with the
/// path goes through an open tree, which follows no link.
struct SQLitePlace: Sendable {
  /// The directory of the site's data, no links in it.
  let data: String
  /// The database below it, no links in it.
  let path: TreePath
  /// The whole path; for messages, and for a process with the rights of the database's owner.
  let file: String

  /// What SQLite keeps beside the database; each belongs to exactly one state of it.
  static let companions = ["-journal", "-wal", "-shm"]

  /// Finds the place; the database need not be there, its directory must.
  ///
  /// - Throws: `Failure` when it leads out of the data.
  init(data: String, path: String) throws {
    if let fault = RelativePath.fault(in: path) {
      throw Failure.usage("the database's path \"\(path)\" \(fault)")
    }
    let whole = "\(data)/\(path)"
    self.data = try Self.real(data)
    let directory = try Self.real(Files.parent(of: whole))
    guard directory == self.data || directory.hasPrefix(self.data + "/") else {
      throw Failure.failed("the database \(whole) is outside the site's data, at \(directory)")
    }
    let below = TreePath(String(directory.dropFirst(self.data.count + 1)))
    self.path = below.appending(Array(Files.name(of: path).utf8))
    file = "\(directory)/\(Files.name(of: path))"
  }

  /// The name under which a restored database is written before it takes its place.
  var temporary: TreePath { Self.temporary(path) }

  /// Everything that may be there of this database.
  var ownFiles: Set<TreePath> { Self.ownFiles(of: path) }

  /// Everything that may be there of a database.
  static func ownFiles(of path: TreePath) -> Set<TreePath> {
    Set([path, temporary(path)] + companions.map(path.adding(suffix:)))
  }

  private static func temporary(_ path: TreePath) -> TreePath {
    path.adding(suffix: ".leapfrog-restoring")
  }

  /// What has the database's path.
  ///
  /// - Throws: `Failure` when it is missing or no plain file.
  func status(in tree: DirectoryTree) throws -> FileStatus {
    guard let status = try tree.status(path) else {
      throw Failure.failed("the database \(file) is missing")
    }
    switch status.kind {
    case .file: return status
    case .link: throw Failure.failed("the database \(file) is a symbolic link, not a file")
    case .directory, .other: throw Failure.failed("the database \(file) is not a plain file")
    }
  }

  /// Bytes of the database, what is not checkpointed yet included.
  func size(in tree: DirectoryTree) throws -> Int64 {
    let wal = try tree.status(path.adding(suffix: "-wal"))?.size ?? 0
    return try status(in: tree).size.addingClamped(wal)
  }

  private static func real(_ path: String) throws -> String {
    guard let found = realpath(path, nil) else { throw Failure.system("find", path) }
    defer { free(found) }
    return String(cString: found)
  }
}
