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
    if let rows = rows(counting: transactions) { return Self.activity(rows) }
    guard let found = rows(counting: "").map(Self.activity) else { return nil }
    return found.busy > 0 ? found : holders() ?? found
  }

  private static func activity(_ rows: [[String]]) -> DatabaseActivity {
    let found = rows.compactMap { row in row.count == 2 ? Int(row[1]).map { (row[0], $0) } : nil }
    return DatabaseActivity(
      busy: found.reduce(0) { $0 + $1.1 },
      who: found.map { "\($0.0) (\($0.1))" }.joined(separator: ", "))
  }

  /// Who sleeps in a transaction. Most users may not see transactions, but what those have touched
  /// cannot be locked.
  private func holders() -> DatabaseActivity? {
    guard let rows = try? client.rows("SELECT USER, COUNT(*) \(Self.others) GROUP BY USER"),
      !rows.isEmpty,
      let tables = try? client.rows(Self.tables).compactMap(\.first), !tables.isEmpty
    else { return nil }
    let list = tables.map { "\(MariaDBName.quoted($0)) WRITE" }.joined(separator: ", ")
    do { try client.rows("SET SESSION lock_wait_timeout = 0; LOCK TABLES \(list);") } catch {
      guard MariaDBMessage.code(in: Failure(error).message) == 1205 else { return nil }
      return Self.activity(rows)
    }
    return nil
  }

  private static let tables = """
    SELECT TABLE_NAME FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'
    """

  private func rows(counting condition: String) -> [[String]]? {
    let busy = "(COMMAND <> 'Sleep' OR TIME_MS < 250\(condition))"
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
