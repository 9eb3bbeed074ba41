import LeapfrogCore

/// What is in a database, as far as it says itself.
struct MariaDBSchema: Sendable, Equatable {
  struct Table: Sendable, Equatable {
    var name: String
    var type: String
    var engine: String
    /// When it was made, and when it was last written to as far as the server knows; both to the
    /// second.
    var made: String
    var written: String

    /// What the server says of it.
    var comment: String

    /// Whether it is a view of something that is not there any more.
    var isBrokenView: Bool { isView && comment != "VIEW" }
    var isView: Bool { type == "VIEW" }
    var isSequence: Bool { type == "SEQUENCE" }
    var hasHistory: Bool { type == "SYSTEM VERSIONED" }
  }

  /// Something besides tables: its kind, as a `DROP` calls it, and its name.
  struct Object: Sendable, Equatable {
    var kind: String
    var name: String
  }

  /// Tables, views and sequences, by name.
  var tables: [Table] = []
  var objects: [Object] = []
  /// The server's time, a second ago.
  var time = ""
  /// The database's own character set and collation.
  var charset = ""
  var collation = ""
  /// The storage engines that know transactions.
  private var transactional: Set<String> = []

  init(of client: MariaDBClient) throws {
    for row in try client.rows(Self.question) where row.count > 1 {
      switch (row[0], row.count) {
      case ("table", 7):
        tables.append(
          Table(
            name: row[1], type: row[2], engine: row[3], made: row[4], written: row[5],
            comment: row[6]))
      case ("database", 4): (time, charset, collation) = (row[1], row[2], row[3])
      case ("engine", 2): transactional.insert(row[1])
      case (_, 3): objects.append(Object(kind: row[1], name: row[2]))
      default: continue
      }
    }
    guard !charset.isEmpty else {
      throw Failure.failed("\(client.login.label) does not say what is in it")
    }
  }

  private static let question = """
    /*!80000 SET SESSION information_schema_stats_expiry = 0 */;
    SELECT 'database', NOW() - INTERVAL 1 SECOND, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME
      FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE();
    SELECT 'engine', ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS = 'YES';
    SELECT 'table', TABLE_NAME, TABLE_TYPE, IFNULL(ENGINE, ''), IFNULL(CREATE_TIME, ''),
      IFNULL(UPDATE_TIME, ''), IF(TABLE_TYPE = 'VIEW', TABLE_COMMENT, '')
      FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
      ORDER BY TABLE_NAME;
    SELECT 'object', 'TRIGGER', TRIGGER_NAME FROM information_schema.TRIGGERS
      WHERE TRIGGER_SCHEMA = DATABASE();
    SELECT 'object', 'EVENT', EVENT_NAME FROM information_schema.EVENTS
      WHERE EVENT_SCHEMA = DATABASE();
    SELECT 'object', ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE = 'PACKAGE';

    """

  /// The tables that have rows of their own.
  var stored: [Table] { tables.filter { !$0.isView && !$0.isSequence } }

  /// Whether one snapshot shows all tables at one moment.
  var isTransactional: Bool { stored.allSatisfy { transactional.contains($0.engine) } }

  var isEmpty: Bool { tables.isEmpty && objects.isEmpty }
}

extension MariaDBSchema {
  /// Rows by table.
  func counts(of client: MariaDBClient, only names: Set<String>? = nil) throws -> [String: Int] {
    let counted = stored.filter { names?.contains($0.name) ?? true }
    let sql = counted.enumerated().map { index, table in
      "SELECT \(index), COUNT(*) FROM \(MariaDBName.quoted(table.name))"
        + (table.hasHistory ? " FOR SYSTEM_TIME ALL" : "")
    }
    var counts: [String: Int] = [:]
    for row in try client.rows(sql.joined(separator: ";\n"), seconds: 3600) where row.count == 2 {
      guard let index = Int(row[0]), counted.indices.contains(index) else { continue }
      counts[counted[index].name] = Int(row[1])
    }
    guard counts.count == counted.count else {
      throw Failure.failed("the rows of \(client.login.label) could not be counted")
    }
    return counts
  }

  /// The tables that were written to, made or dropped since an earlier look.
  func changes(since earlier: MariaDBSchema) -> Set<String> {
    let before = Dictionary(earlier.tables.map { ($0.name, $0) }) { one, _ in one }
    let after = Dictionary(tables.map { ($0.name, $0) }) { one, _ in one }
    return Set(before.keys).union(after.keys).filter { name in
      guard let old = before[name], let new = after[name] else { return true }
      // A server that needs the memory forgets when a table was written to.
      let isWritten = new.written != old.written && !new.written.isEmpty
      return isWritten || (old.made, old.type, old.engine) != (new.made, new.type, new.engine)
    }
  }

  /// The tables that were written to so short before this look that a write after it may have the
  /// same time.
  var recent: Set<String> { Set(stored.filter { $0.written >= time }.map(\.name)) }
}
