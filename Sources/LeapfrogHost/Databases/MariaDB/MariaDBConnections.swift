import LeapfrogCore

/// Who else uses a database.
struct MariaDBConnections {
  let client: MariaDBClient

  private static let others = """
    FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()
    """

  /// What others do; nil where the server does not tell.
  func activity() -> DatabaseActivity? {
    let transactions = " OR ID IN (SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX)"
    guard let rows = rows(counting: transactions) ?? rows(counting: "") else { return nil }
    let found = rows.compactMap { row in row.count == 2 ? Int(row[1]).map { (row[0], $0) } : nil }
    return DatabaseActivity(
      busy: found.reduce(0) { $0 + $1.1 },
      who: found.map { "\($0.0) (\($0.1))" }.joined(separator: ", "))
  }

  private func rows(counting condition: String) -> [[String]]? {
    let busy = "(COMMAND <> 'Sleep' OR TIME_MS < 1000\(condition))"
    return try? client.rows("SELECT USER, COUNT(*) \(Self.others) AND \(busy) GROUP BY USER")
  }

  /// Who may be in the way, for a message.
  var hindrance: String? {
    let sql = "SELECT ID, USER, COMMAND, TIME \(Self.others) ORDER BY TIME DESC LIMIT 3"
    guard let rows = try? client.rows(sql), !rows.isEmpty else { return nil }
    let all = rows.filter { $0.count == 4 }.map { "\($0[0]) (\($0[1]), \($0[2]) for \($0[3]) s)" }
    return "other connections to it: \(all.joined(separator: ", "))"
  }

  /// Ends the other connections: what they have begun belongs to the state that is put away.
  func end() throws {
    let found = try client.rows("SELECT ID, COMMAND \(Self.others)")
    for id in found.compactMap({ Int($0[0]) }) {
      _ = try? client.rows("KILL CONNECTION \(id)")
    }
  }
}
