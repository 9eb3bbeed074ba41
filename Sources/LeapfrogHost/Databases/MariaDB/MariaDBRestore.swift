import Glibc
import LeapfrogCore

/// Puts a dump in the place of a MariaDB database; what was there is set aside, whole.
///
/// A named lock of the server keeps two restores apart: a client outlives a killed leapfrog for the
/// statement that it is at.
struct MariaDBRestore {
  let client: MariaDBClient
  let record: DatabaseRecord
  /// The dump.
  let path: String
  /// The directory for what was there.
  let aside: String

  private var markPath: String { "\(aside)/mariadb-\(record.sha256.prefix(16)).json" }
  private var databases: MariaDBAside { MariaDBAside(client: client) }

  func run() throws {
    try Files.makeDirectories(aside, mode: 0o700)
    // An update can have dropped the database itself, to make it anew.
    try client.makingDatabase { try client.rows(lock) }
    var mark = try MariaDBMark.read(markPath) ?? begun()
    if mark.phase == .restored {
      if try isAsRestored(mark) { return }
      mark = try begun()
    }
    if mark.phase == .aside {
      try Failpoint.around("restore.aside") { try setAside(mark) }
      mark.phase = .cleared
      try mark.write(markPath)
    }
    try Failpoint.around("restore.database") { try putBack() }
    mark.times = times(try MariaDBSchema(of: client))
    mark.phase = .restored
    try mark.write(markPath)
  }

  /// A mark for a state that is not set aside yet.
  private func begun() throws -> MariaDBMark {
    var number = 1
    while Files.exists("\(aside)/database-\(number)") { number += 1 }
    try Files.makeDirectory("\(aside)/database-\(number)", mode: 0o700)
    let mark = MariaDBMark(
      phase: .aside, directory: "database-\(number)",
      database: databases.name(number: number, at: time(nil)))
    try mark.write(markPath)
    return mark
  }

  private func isAsRestored(_ mark: MariaDBMark) throws -> Bool {
    let schema = try MariaDBSchema(of: client)
    guard times(schema) == mark.times else { return false }
    return try hasRecordedRows(schema)
  }

  private func times(_ schema: MariaDBSchema) -> [String: String] {
    let tables = schema.tables.map { ($0.name, "\($0.made) \($0.written)") }
    let objects = schema.objects.map { ("\($0.kind) \($0.name)", "") }
    return Dictionary(tables + objects) { one, _ in one }
  }

  // MARK: The state that was there

  private func setAside(_ mark: MariaDBMark) throws {
    let schema = try MariaDBSchema(of: client)
    if schema.isEmpty { return }
    let directory = "\(aside)/\(mark.directory)"
    try keepBrokenViews(schema, in: directory)
    guard try databases.make(mark.database) else {
      return try dump(schema, [], to: "\(directory)/database.sql.zst")
    }
    try dump(schema, ["--no-data"], to: "\(directory)/definitions.sql.zst")
    try locked(
      try danglingKeys() + drops(schema.objects.filter { $0.kind == "TRIGGER" })
        + rename(schema.tables.filter { !$0.isView }, to: mark.database))
  }

  /// Writes a dump, unless that was done before a crash. Nobody else writes to the database now.
  private func dump(
    _ schema: MariaDBSchema, _ arguments: [String], to path: String
  ) throws {
    if Files.exists(path) { return }
    let ignored = schema.tables.filter(\.isBrokenView)
      .map { "--ignore-table=\(client.login.name).\($0.name)" }
    _ = try DumpWriter(
      client: client.dump(MariaDBDump.arguments(for: schema, isStill: true) + arguments + ignored),
      path: "\(path).new", label: client.login.label, isWhole: MariaDBDump.isWhole
    ).run()
    try Files.rename("\(path).new", to: path)
  }

  /// No dump can have views that the failed update broke.
  private func keepBrokenViews(_ schema: MariaDBSchema, in directory: String) throws {
    let path = "\(directory)/broken-views.sql"
    let broken = schema.tables.filter(\.isBrokenView)
    if broken.isEmpty || Files.exists(path) { return }
    let sql = broken.map { "SHOW CREATE VIEW \(MariaDBName.quoted($0.name));\n" }.joined()
    let texts = try client.rows(sql).filter { $0.count > 1 }.map { "\($0[1]);\n" }
    try Files.write(Array(texts.joined().utf8), to: path)
  }

  /// Removes foreign keys to tables that the failed update dropped; the definitions have them. Renamed,
  /// they would refer to the tables of that name that come back, and bind the site's rows.
  private func danglingKeys() throws -> [String] {
    let sql = """
      SELECT k.TABLE_NAME, k.CONSTRAINT_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS k
        LEFT JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = k.UNIQUE_CONSTRAINT_SCHEMA
          AND t.TABLE_NAME = k.REFERENCED_TABLE_NAME
        WHERE k.CONSTRAINT_SCHEMA = DATABASE() AND t.TABLE_NAME IS NULL
      """
    return try client.rows(sql).filter { $0.count == 2 }.map {
      "ALTER TABLE \(MariaDBName.quoted($0[0])) DROP FOREIGN KEY \(MariaDBName.quoted($0[1]))"
    }
  }

  private func rename(_ tables: [MariaDBSchema.Table], to database: String) -> [String] {
    if tables.isEmpty { return [] }
    let pairs = tables.map {
      let name = MariaDBName.quoted($0.name)
      return "\(name) TO \(MariaDBName.quoted(database)).\(name)"
    }
    return ["RENAME TABLE \(pairs.joined(separator: ", "))"]
  }

  // MARK: The copy

  private func putBack() throws {
    let schema = try MariaDBSchema(of: client)
    try locked(
      ["SET SESSION foreign_key_checks = 0"] + drops(schema.objects) + drops(schema.tables))
    try DumpReader(
      client: client.shell(["--binary-mode"]), path: path, prefix: prefix,
      skipping: MariaDBDump.sandboxLine, isWhole: MariaDBDump.isWhole
    ).run()
    guard try hasRecordedRows(MariaDBSchema(of: client)) else {
      throw Failure.failed("\(client.login.label) has other rows than its backup after the restore")
    }
  }

  private var prefix: String {
    let database = MariaDBName.quoted(client.login.name)
    var statements = [lock, "SET SESSION lock_wait_timeout = \(client.lockPatience)"]
    if let charset = record.attributes?["charset"], let collation = record.attributes?["collation"]
    {
      statements.append("ALTER DATABASE \(database) CHARACTER SET \(charset) COLLATE \(collation)")
    }
    statements.append("SET SESSION foreign_key_checks = 0, unique_checks = 0")
    return statements.map { "\($0);\n" }.joined()
  }

  private func hasRecordedRows(_ schema: MariaDBSchema) throws -> Bool {
    let counts = try schema.counts(of: client, only: Set(record.counts.keys))
    return counts == record.counts
  }

  private func drops(_ objects: [MariaDBSchema.Object]) -> [String] {
    objects.map { "DROP \($0.kind) IF EXISTS \(MariaDBName.quoted($0.name))" }
  }

  private func drops(_ tables: [MariaDBSchema.Table]) -> [String] {
    tables.filter(\.isView).map { "DROP VIEW IF EXISTS \(MariaDBName.quoted($0.name))" }
      + tables.filter { !$0.isView && !$0.isSequence }
      .map { "DROP TABLE IF EXISTS \(MariaDBName.quoted($0.name))" }
      + tables.filter(\.isSequence).map { "DROP SEQUENCE IF EXISTS \(MariaDBName.quoted($0.name))" }
  }

  // MARK: Locks

  /// Fails when another restore has the lock: its subquery then has two rows.
  private var lock: String {
    let name = FileDigest(of: Array(client.login.name.utf8)).hex.prefix(32)
    return "SELECT IF(GET_LOCK('leapfrog_\(name)', 60) = 1, 1, (SELECT 1 UNION SELECT 2))"
  }

  /// Runs statements; connections that hold what they need are ended after a while.
  private func locked(_ statements: [String]) throws {
    if statements.isEmpty { return }
    let sql = ([lock] + statements).map { "\($0);\n" }.joined()
    do { try client.rows(sql, seconds: 600) } catch {
      guard MariaDBMessage.code(in: Failure(error).message) == 1205 else { throw error }
      try MariaDBConnections(client: client).end()
      try client.rows(sql, seconds: 600)
    }
  }
}
