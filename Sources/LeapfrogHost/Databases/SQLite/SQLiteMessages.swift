/// What leapfrog asks the process that opens a site's SQLite database.
enum SQLiteQuestion: Codable {
  /// First of all: whom it is to be; nil where it stays who it is.
  case become(JobUser?)
  /// Looks whether the database is sound.
  case check(String)
  /// Rows by table.
  case counts(String)
  /// Who is at work on the database.
  case activity(String)
  /// Holds the database's read lock until `release`.
  case lock(String)
  /// While the lock is held: the contents, copied into the open file that comes along.
  case contents
  /// Lets the lock go.
  case release
  /// Proves the copy of a database that comes along as an open file, and counts its rows.
  case prove(name: String)
}

/// What that process answers. A database can be made to fit whatever it says, so it is only ever
/// compared and shown.
enum SQLiteAnswer: Codable {
  case done
  case counts([String: Int])
  case activity(DatabaseActivity?)
  /// Bytes that the WAL still holds, because others keep it open.
  case locked(wal: Int64)
  case fault(SQLiteFault)
}

/// Why a question was not answered.
enum SQLiteFault: Codable, Error {
  case notADatabase
  case locked
  case full
  case noFile(String)
  case damaged(String)
  case other(String)
}
