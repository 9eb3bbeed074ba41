import LeapfrogCore

/// Dumps a MariaDB database, counts its rows meanwhile, and looks whether anybody wrote to it.
struct MariaDBBackup: Sendable {
  let client: MariaDBClient
  let directory: String
  let hot: Bool
  let patience: Int

  static let file = "database.sql.zst"

  /// Once more where somebody wrote to it: a request may have been under way when the site closed.
  func run() throws -> DatabaseRecord {
    do { return try once() } catch is Written { return try last() }
  }

  private func last() throws -> DatabaseRecord {
    do { return try once() } catch let written as Written { throw written.failure(client.login) }
  }

  /// That the dump is of no single moment.
  private struct Written: Error {
    let tables: Set<String>

    func failure(_ login: ServerLogin) -> Failure {
      let names = tables.sorted().prefix(5).joined(separator: ", ")
      return .failed("\(login.label) was written to while it was backed up: \(names)")
    }
  }

  private func once() throws -> DatabaseRecord {
    let before = try MariaDBSchema(of: client)
    let (facts, counts) = try Threads.both {
      try writer(before).run()
    } and: {
      try before.counts(of: client)
    }
    let after = try MariaDBSchema(of: client)
    var changed = after.changes(since: before)
    if !hot { changed.formUnion(try recounted(before, counts)) }
    guard hot || changed.isEmpty else { throw Written(tables: changed) }
    let unsure = changed.union(before.recent)
    return DatabaseRecord(
      engine: MariaDBEngine.name, file: Self.file, bytes: facts.bytes, sha256: facts.sha256,
      counts: hot ? counts.filter { !unsure.contains($0.key) } : counts, exact: false, mode: 0o600,
      owner: 0, group: 0,
      attributes: ["charset": before.charset, "collation": before.collation])
  }

  /// The tables whose time of writing does not tell, and whose rows are not as many any more.
  private func recounted(_ schema: MariaDBSchema, _ counts: [String: Int]) throws -> Set<String> {
    let recent = schema.recent
    if recent.isEmpty { return [] }
    let again = try schema.counts(of: client, only: recent)
    return recent.filter { counts[$0] != again[$0] }
  }

  private func writer(_ schema: MariaDBSchema) -> DumpWriter {
    var writer = DumpWriter(
      client: client.dump(MariaDBDump.arguments(for: schema)), path: "\(directory)/\(Self.file)",
      label: client.login.label, isWhole: MariaDBDump.isWhole)
    writer.patience = patience
    writer.hindrance = { MariaDBConnections(client: client).hindrance }
    return writer
  }
}

/// What a dump by `mariadb-dump` is.
enum MariaDBDump {
  /// How a whole database is dumped.
  ///
  /// - Parameter isStill: whether nobody writes to it, so that no locks are needed.
  static func arguments(for schema: MariaDBSchema, isStill: Bool = false) -> [String] {
    let consistency =
      schema.isTransactional || isStill
      ? ["--single-transaction", "--skip-lock-tables"] : ["--lock-tables"]
    return consistency + history(schema) + objects + ["--hex-blob"]
  }

  /// How everything but the rows is dumped.
  static let withoutRows =
    ["--single-transaction", "--skip-lock-tables", "--no-data"] + objects

  private static let objects = ["--routines", "--triggers", "--events", "--no-tablespaces"]

  private static func history(_ schema: MariaDBSchema) -> [String] {
    schema.tables.contains(where: \.hasHistory) ? ["--dump-history"] : []
  }

  /// What newer dumps begin with, and older clients do not understand.
  static let sandboxLine = "/*M!999999\\- enable the sandbox mode */"

  /// Whether a dump that ends so was not cut; `mariadb-dump` writes this line last.
  static func isWhole(_ end: [UInt8]) -> Bool {
    let lines = end.split(separator: 0x0A)
    return end.last == 0x0A && lines.last?.starts(with: Array("-- Dump completed".utf8)) == true
  }
}
