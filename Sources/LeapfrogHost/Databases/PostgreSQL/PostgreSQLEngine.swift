import Glibc
import LeapfrogCore

/// A database of a PostgreSQL server, 13 or newer.
struct PostgreSQLEngine: DatabaseEngine {
  static let name = "postgresql"

  static let tools =
    ["psql", "pg_dump", "pg_restore"].map { Tool($0, package: "postgresql-client") } + [Zstd.tool]

  private let source: LoginSource

  init(_ source: LoginSource) { self.source = source }

  /// A client for one operation.
  func client() throws -> PostgreSQLClient { try PostgreSQLClient(try source.login()) }

  var ownFiles: Set<TreePath> { [] }

  func check() throws {
    for tool in Self.tools { _ = try tool.find() }
    let client = try client()
    try PostgreSQLRights(client: client).verify()
  }

  func size() throws -> Int64 {
    let client = try client()
    let answer = try client.run("SELECT pg_database_size(current_database());")
    guard let size = answer.first.flatMap(Int64.init) else {
      throw Failure.failed("\(client.login.label): its size is not known")
    }
    return size
  }

  func identity() throws -> DatabaseIdentity? {
    let client = try client()
    let lines = try client.run(
      "SELECT system_identifier FROM pg_control_system(); SELECT current_database();")
    guard lines.count == 2 else {
      throw Failure.failed("\(client.login.label): its server does not say which it is")
    }
    return DatabaseIdentity(engine: Self.name, server: lines[0], database: lines[1])
  }

  func counts() throws -> [String: Int] {
    try PostgreSQLContents(lines: client().run(PostgreSQLContents.counting, seconds: 600)).counts
  }

  func backUp(into directory: String, hot: Bool) throws -> DatabaseRecord {
    try Failpoint.around("backup.database") {
      try PostgreSQLBackup(client: client(), directory: directory, hot: hot).run()
    }
  }

  func verify(_ record: DatabaseRecord, in directory: String) throws {
    try record.verifyBytes(in: directory)
    try PostgreSQLDump(path: "\(directory)/\(record.file)").readThrough()
  }

  func restore(_ record: DatabaseRecord, from directory: String, aside: String) throws {
    try PostgreSQLRestore(
      client: client(), record: record, directory: directory, aside: aside
    ).run()
  }

  func activity() throws -> DatabaseActivity? {
    let found = try client().run(Self.activityQuery).compactMap { line in
      let parts = line.split(separator: "|", omittingEmptySubsequences: false)
      return parts.count == 2 ? Int(parts[0]).map { ($0, parts[1]) } : nil
    }
    return DatabaseActivity(
      busy: found.reduce(0) { $0 + $1.0 },
      who: found.map { "\($0.1) (\($0.0))" }.joined(separator: ", "))
  }

  func pruneAside(olderThan days: Int) throws {
    try PostgreSQLNames(of: client()).prune(olderThan: days)
  }

  private static let activityQuery = """
    SELECT count(*), usename FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type IN ('client backend', 'background worker', 'parallel worker')
      AND (state <> 'idle' OR state_change > clock_timestamp() - interval '250 milliseconds'
        OR state IS NULL)
    GROUP BY usename;
    """
}
