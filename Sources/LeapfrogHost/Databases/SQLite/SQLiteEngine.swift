import Glibc
import LeapfrogCore

/// A SQLite file below the site's data. Only a process with the rights of the file's owner opens it: a
/// database can name files that SQLite reads, writes and deletes, and can keep it busy for ever.
struct SQLiteEngine: DatabaseEngine {
  static let name = "sqlite"

  private let data: String
  private let path: String
  private let account: SQLiteAccount
  private let service: SQLiteService

  /// - Parameters:
  ///   - user: the account of the site's commands, where the configuration names one.
  ///   - service: what answers; its processes are shared by all engines that have it.
  init(data: String, path: String, user: String? = nil, service: SQLiteService = SQLiteService()) {
    (self.data, self.path, self.service) = (data, path, service)
    account = SQLiteAccount(data: data, user: user)
  }

  /// Where the database is now.
  func place() throws -> SQLitePlace { try SQLitePlace(data: data, path: path) }

  var ownFiles: Set<TreePath> {
    (try? place())?.ownFiles ?? SQLitePlace.ownFiles(of: TreePath(path))
  }

  func check() throws {
    let database = try database()
    _ = try database.ask(.check(database.name))
  }

  func size() throws -> Int64 {
    let place = try place()
    return try place.size(in: DirectoryTree(place.data))
  }

  func counts() throws -> [String: Int] {
    let database = try database()
    return try database.counts(.counts(database.name))
  }

  func activity() throws -> DatabaseActivity? {
    let database = try database()
    guard case .activity(let found) = try database.ask(.activity(database.name)) else {
      throw database.confusion
    }
    return found.map {
      DatabaseActivity(busy: $0.busy, who: String(OutputTail.clean($0.who.utf8).prefix(100)))
    }
  }

  func backUp(into directory: String, hot: Bool) throws -> DatabaseRecord {
    try Failpoint.around("backup.database") {
      try SQLiteBackup(place: place(), database: database(), directory: directory).run()
    }
  }

  func verify(_ record: DatabaseRecord, in directory: String) throws {
    try record.verifyBytes(in: directory)
    let copy = SQLiteCopy(path: "\(directory)/\(record.file)")
    let database = SQLiteDatabase(
      name: copy.path, bytes: record.bytes, owner: record.owner,
      process: try service.process(of: account.ofSite(), bytes: record.bytes))
    guard try copy.prove(database) == record.counts else {
      throw Failure.failed("\(directory)/\(record.file) has other rows than were recorded")
    }
  }

  func restore(_ record: DatabaseRecord, from directory: String, aside: String) throws {
    try makeDirectory()
    try SQLiteRestore(
      place: place(), record: record, directory: directory, aside: SetAside(aside)
    ).run()
  }

  /// The database, to be asked as its owner.
  private func database() throws -> SQLiteDatabase {
    let place = try place()
    let tree = try DirectoryTree(place.data)
    let status = try place.status(in: tree)
    let owner = try account.owner(of: status, named: place.file)
    let bytes = try place.size(in: tree)
    return SQLiteDatabase(
      name: place.file, bytes: bytes, owner: status.owner,
      process: try service.process(of: owner, bytes: bytes))
  }

  /// The database's directory where the failed update removed it.
  private func makeDirectory() throws {
    if FileStatus(following: Files.parent(of: "\(data)/\(path)")) != nil { return }
    if RelativePath.fault(in: path) != nil { return }
    let tree = try DirectoryTree(data)
    try tree.makeDirectories(TreePath(path).parent)
  }
}
