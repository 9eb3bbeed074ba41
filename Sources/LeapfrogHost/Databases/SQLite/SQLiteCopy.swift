import Glibc
import LeapfrogCore

/// A backup's copy of a SQLite database, which nobody else uses. Its contents are the site's, so that it is
/// never opened as a database by us.
struct SQLiteCopy {
  let path: String

  /// Removes what an interrupted backup left.
  func clear() throws {
    for suffix in [""] + SQLitePlace.companions { try Files.remove(path + suffix) }
  }

  /// Proves the structure of the copy, and counts its rows, in a process that gets nothing but the open file.
  func prove(_ database: SQLiteDatabase) throws -> [String: Int] {
    try refuseCompanions()
    let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    return try database.counts(.prove(name: path), passing: file.number)
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
