import GRDB
import Glibc
import LeapfrogCore

/// Copies a SQLite database while its read lock is held, and proves the copy.
///
/// What is not in a WAL is copied byte for byte: under the lock no writer changes the file. Only a
/// WAL that others keep open takes SQLite's own backup, whose copy is equal in contents.
struct SQLiteBackup {
  let place: SQLitePlace
  let directory: String

  private static let file = "database.sqlite"
  private var copy: SQLiteCopy { SQLiteCopy(path: "\(directory)/\(Self.file)") }

  /// What the copying itself learned.
  private struct Copied: Sendable {
    /// The hash of the database's file; nil when the copy is equal in contents only.
    var digest: FileDigest?
    /// The rows of the database, where only they can be compared.
    var counts: [String: Int]?
  }

  func run() throws -> DatabaseRecord {
    let status = try place.status()
    try copy.clear()
    let copied = try copyUnderLock(inode: status.inode)
    let (digest, counts) = try proven(copied)
    guard copied.counts == nil || copied.counts == counts else {
      throw Failure.failed("\(copy.path) has other rows than the database \(place.file)")
    }
    return DatabaseRecord(
      engine: SQLiteEngine.name, file: Self.file, bytes: FileStatus(copy.path)?.size ?? 0,
      sha256: digest.hex, counts: counts, exact: copied.digest != nil, mode: status.mode,
      owner: status.owner, group: status.group)
  }

  /// Makes the copy last, reads it again and looks through it: all at once, because the site is closed
  /// meanwhile. Nobody else uses the copy, so that the locks which a closed descriptor drops do not
  /// matter.
  private func proven(_ copied: Copied) throws -> (FileDigest, [String: Int]) {
    let (digest, rest) = try Threads.both {
      try digestOfCopy(copied)
    } and: {
      try Threads.both({ try copy.sync() }, and: copy.prove)
    }
    return (digest, rest.1)
  }

  private func digestOfCopy(_ copied: Copied) throws -> FileDigest {
    let file = try Descriptor(opening: copy.path, O_RDONLY | O_NOFOLLOW)
    let digest = try FileContents.digest(of: file, name: copy.path)
    guard copied.digest == nil || copied.digest == digest else {
      throw Failure.failed("\(copy.path) is not what was read from the database \(place.file)")
    }
    return digest
  }

  /// The descriptor outlives SQLite's connection: closing one drops every lock of this process.
  private func copyUnderLock(inode: UInt64) throws -> Copied {
    let file = try DirectoryTree(place.data).openFile(place.path)
    let copied = try SQLiteConnection.use(place.file) { database in
      try checkpoint(database)
      return try locked(database) {
        guard place.walBytes == 0 else { return try copyContents(of: database) }
        return try copyBytes(of: file)
      }
    }
    guard FileStatus(file)?.inode == inode, try place.status().inode == inode else {
      throw Unsettled(path: place.file).failure
    }
    return copied
  }

  /// Brings the WAL into the database; a reader that lasts prevents it, and is not waited for long
  /// because the site may be closed meanwhile.
  private func checkpoint(_ database: Database) throws {
    guard place.walBytes > 0 else { return }
    do {
      try database.execute(sql: "PRAGMA busy_timeout = 1000")
      _ = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      try database.execute(sql: "PRAGMA busy_timeout = \(SQLiteConnection.patience * 1000)")
    } catch let error as DatabaseError {
      guard error.resultCode.primaryResultCode == .SQLITE_BUSY else { throw error }
    }
  }

  private func locked(_ database: Database, _ body: () throws -> Copied) throws -> Copied {
    var copied = Copied()
    try database.inTransaction(.deferred) {
      // The first read takes the lock, and rolls back what a killed writer left.
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
      copied = try body()
      return .commit
    }
    return copied
  }

  private func copyBytes(of file: borrowing Descriptor) throws -> Copied {
    let before = FileStatus(file)
    let target = try Descriptor(
      opening: copy.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    let (bytes, digest) = try FileContents.copy(
      file, name: place.file, to: target, named: copy.path)
    guard let before, let after = FileStatus(file), before == after, after.size == bytes else {
      throw Unsettled(path: place.file).failure
    }
    return Copied(digest: digest)
  }

  private func copyContents(of database: Database) throws -> Copied {
    let counts = try SQLiteContents(database: database).counts()
    close(try Descriptor(opening: copy.path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600).take())
    try SQLiteConnection.use(copy.path) { target in
      // The copy is synced as a whole, and thrown away when it fails.
      try target.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
      try database.backup(to: target)
    }
    return Copied(counts: counts)
  }
}
