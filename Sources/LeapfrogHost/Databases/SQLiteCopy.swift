import Glibc
import LeapfrogCore

/// A backup's copy of a SQLite database, which nobody else uses.
struct SQLiteCopy {
  let path: String

  /// Removes what an interrupted backup left.
  func clear() throws {
    for suffix in [""] + SQLitePlace.companions { try Files.remove(path + suffix) }
  }

  /// Proves the structure of the copy, and counts its rows.
  func prove() throws -> [String: Int] {
    try refuseCompanions()
    // A reader of a database in WAL mode makes these even when it only reads.
    defer { for suffix in ["-wal", "-shm"] { unlink(path + suffix) } }
    return try SQLiteConnection.use(path, readOnly: true) { database in
      let contents = SQLiteContents(database: database)
      try contents.checkIntegrity(path: path)
      return try contents.counts()
    }
  }

  private func refuseCompanions() throws {
    for suffix in ["-journal", "-wal"] where (FileStatus(path + suffix)?.size ?? 0) > 0 {
      throw Failure.failed("\(path)\(suffix) does not belong to the backup beside it")
    }
  }

  /// Makes the copy last.
  func sync() throws {
    let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    let number = file.number
    try system("sync", path) { fsync(number) }
  }
}
