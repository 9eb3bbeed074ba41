import Glibc
import LeapfrogCore

/// A SQLite database, or a copy of one, with the process that is asked about it.
struct SQLiteDatabase {
  /// Its path.
  let name: String
  let bytes: Int64
  /// Whose it was when it was looked at.
  let owner: uid_t
  let process: SQLiteProcess

  /// Seconds that a question may take: even a slow disk reads more than 4 MB in one.
  private var patience: Int { Int(120 + min(bytes, 1 << 50) / 4_000_000) }

  /// Asks, and waits for the answer as long as a database of this size may need.
  func ask(_ question: SQLiteQuestion, passing descriptor: Int32? = nil) throws -> SQLiteAnswer {
    try process.ask(question, about: name, seconds: patience, passing: descriptor)
  }

  /// Asks for rows by table.
  func counts(_ question: SQLiteQuestion, passing descriptor: Int32? = nil) throws -> [String: Int]
  {
    guard case .counts(let counts) = try ask(question, passing: descriptor) else { throw confusion }
    return counts
  }

  /// What an answer is that fits no question.
  var confusion: Failure {
    .failed("the process that opened the database \(name) answered something else than was asked")
  }
}
