import GRDB
import LeapfrogCore

/// What is asked of the contents of a SQLite database, without the functions and collations that
/// only its application has.
struct SQLiteContents {
  let database: Database

  /// Rows by table. SQLite's own tables and virtual tables are left out; what a virtual table
  /// stores is in ordinary tables beside it.
  func counts() throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for table in try tables() {
      let sql = "SELECT count(*) FROM \(Self.quoted(table))"
      counts[table] = try tolerated { try Int.fetchOne(database, sql: sql) } ?? nil
    }
    return counts
  }

  /// The whole structure; with `quickly`, without the indexes' contents.
  ///
  /// - Throws: `SQLiteFault` with the first damage found.
  func checkIntegrity(quickly: Bool = false) throws {
    let check = quickly ? "quick_check" : "integrity_check"
    // A row that breaks a rule of the application is no damage.
    try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
    if let answer = try tolerated({ try first("PRAGMA \(check)(1)") }) {
      return try judge(answer)
    }
    for table in try tables() {
      let sql = "PRAGMA \(check)(\(Self.quoted(table)))"
      if let answer = try tolerated({ try first(sql) }) { try judge(answer) }
    }
  }

  private func first(_ sql: String) throws -> String? {
    try String.fetchOne(database, sql: sql)
  }

  private func judge(_ answer: String?) throws {
    guard answer != "ok" else { return }
    throw SQLiteFault.damaged(answer ?? "no answer")
  }

  private func tables() throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT name FROM sqlite_master
        WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        """)
  }

  private static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// nil where a statement needs a function, collation or module that only the application has.
  private func tolerated<Value>(_ body: () throws -> Value) throws -> Value? {
    do { return try body() } catch let error as DatabaseError {
      guard error.resultCode.primaryResultCode == .SQLITE_ERROR else { throw error }
      return nil
    }
  }
}
