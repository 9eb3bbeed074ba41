import LeapfrogCore

/// A database of a MariaDB or MySQL server.
struct MariaDBEngine: DatabaseEngine {
  static let name = "mariadb"

  private let source: LoginSource
  /// How long a dump may stand still, in seconds.
  var patience = 60
  /// How long a lock of somebody else is waited for, in seconds.
  var lockPatience = 20

  init(_ source: LoginSource) {
    self.source = source
  }

  private func client() throws -> MariaDBClient {
    try MariaDBClient(source.login(), lockPatience: lockPatience)
  }

  var ownFiles: Set<TreePath> { [] }

  static let tools = [MariaDBClient.shellTool, MariaDBClient.dumpTool, Zstd.tool]

  func check() throws { try MariaDBCheck(client: client()).run() }

  func size() throws -> Int64 {
    let client = try client()
    let rows = try client.rows(
      """
      SELECT IFNULL(SUM(DATA_LENGTH + INDEX_LENGTH), 0) FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = DATABASE()
      """)
    return rows.first?.first.flatMap { Int64($0) } ?? 0
  }

  func identity() throws -> DatabaseIdentity? {
    let rows = try client().rows(
      """
      SELECT @@hostname, @@port, @@datadir, @@socket,
        IF(@@lower_case_table_names = 0, DATABASE(), LOWER(DATABASE()))
      """)
    guard let row = rows.first, row.count == 5 else {
      throw Failure.failed("the server of the site's database does not say which it is")
    }
    return DatabaseIdentity(
      engine: Self.name, server: row.prefix(4).joined(separator: " "), database: row[4])
  }

  func counts() throws -> [String: Int] {
    let client = try client()
    return try MariaDBSchema(of: client).counts(of: client)
  }

  func backUp(into directory: String, hot: Bool) throws -> DatabaseRecord {
    try Failpoint.around("backup.database") {
      try MariaDBBackup(client: client(), directory: directory, hot: hot, patience: patience).run()
    }
  }

  func verify(_ record: DatabaseRecord, in directory: String) throws {
    try record.verifyBytes(in: directory)
    try DumpCheck(path: "\(directory)/\(record.file)", isWhole: MariaDBDump.isWhole).run()
  }

  func restore(_ record: DatabaseRecord, from directory: String, aside: String) throws {
    guard record.engine == Self.name else {
      throw Failure.failed("a copy by \(record.engine) is not put into a MariaDB database")
    }
    try record.verifyBytes(in: directory)
    try MariaDBRestore(
      client: client(), record: record, path: "\(directory)/\(record.file)", aside: aside
    ).run()
  }

  func activity() throws -> DatabaseActivity? {
    MariaDBConnections(client: try client()).activity()
  }

  func pruneAside(olderThan days: Int) throws {
    try MariaDBAside(client: client()).prune(olderThan: days)
  }
}
