import Glibc
import LeapfrogCore

/// A SQLite file below the site's data.
struct SQLiteEngine: DatabaseEngine {
  static let name = "sqlite"

  private let data: String
  private let path: String

  init(data: String, path: String) {
    self.data = data
    self.path = path
  }

  /// Where the database is now.
  func place() throws -> SQLitePlace { try SQLitePlace(data: data, path: path) }

  var ownFiles: Set<TreePath> {
    (try? place())?.ownFiles ?? SQLitePlace.ownFiles(of: TreePath(path))
  }

  func check() throws {
    let place = try place()
    _ = try place.status()
    try SQLiteConnection.use(place.file) {
      try SQLiteContents(database: $0).checkIntegrity(path: place.file, quickly: true)
    }
  }

  func size() throws -> Int64 {
    let place = try place()
    return try place.status().size &+ place.walBytes
  }

  func counts() throws -> [String: Int] {
    let place = try place()
    _ = try place.status()
    return try SQLiteConnection.use(place.file) { try SQLiteContents(database: $0).counts() }
  }

  func activity() throws -> DatabaseActivity? {
    try SQLiteActivity(place: place()).look()
  }

  func backUp(into directory: String, hot: Bool) throws -> DatabaseRecord {
    try Failpoint.around("backup.database") {
      try SQLiteBackup(place: place(), directory: directory).run()
    }
  }

  func verify(_ record: DatabaseRecord, in directory: String) throws {
    try record.verifyBytes(in: directory)
    let counts = try SQLiteCopy(path: "\(directory)/\(record.file)").prove()
    guard counts == record.counts else {
      throw Failure.failed("\(directory)/\(record.file) has other rows than were recorded")
    }
  }

  func restore(_ record: DatabaseRecord, from directory: String, aside: String) throws {
    try makeDirectory()
    try SQLiteRestore(
      place: place(), record: record, directory: directory, aside: SetAside(aside)
    ).run()
  }

  /// The database's directory where the failed update removed it.
  private func makeDirectory() throws {
    if FileStatus(following: Files.parent(of: "\(data)/\(path)")) != nil { return }
    if RelativePath.fault(in: path) != nil { return }
    let tree = try DirectoryTree(data)
    try tree.makeDirectories(TreePath(path).parent)
  }
}
