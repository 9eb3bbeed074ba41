import LeapfrogCore

/// Dumps a PostgreSQL database, with its rows counted in the very view that is dumped.
struct PostgreSQLBackup {
  let client: PostgreSQLClient
  let directory: String
  let hot: Bool

  private static let file = "database.dump.zst"

  func run() throws -> DatabaseRecord {
    let snapshot = try PostgreSQLSnapshot.begin(client)
    let facts = try Self.dump(client, to: "\(directory)/\(Self.file)", snapshot: snapshot.name)
    let seen = try snapshot.finish()
    if !hot { try verifyQuiet(seen.contents) }
    return DatabaseRecord(
      engine: PostgreSQLEngine.name, file: Self.file, bytes: facts.bytes, sha256: facts.sha256,
      counts: seen.contents.counts, exact: false, mode: 0, owner: 0, group: 0,
      attributes: try PostgreSQLFacts(
        setup: seen.setup, structure: seen.contents.structure
      ).attributes)
  }

  /// Dumps the database into a file.
  static func dump(
    _ client: PostgreSQLClient, to path: String, snapshot: String? = nil
  ) throws -> DumpWriter.Facts {
    let view = snapshot.map { ["--snapshot=\($0)"] } ?? []
    let command = client.command(
      "pg_dump", ["-Fc", "-Z0", "-w", "--lock-wait-timeout=15000"] + view)
    return try PostgreSQLErrors.naming(client.login.name) {
      try DumpWriter(
        client: command, path: path, label: client.login.label, isWhole: PostgreSQLDump.isWhole
      ).run()
    }
  }

  private func verifyQuiet(_ seen: PostgreSQLContents) throws {
    let lines = try client.run(PostgreSQLContents.query, seconds: 600)
    guard let difference = try PostgreSQLContents(lines: lines).difference(from: seen) else {
      return
    }
    throw Failure.failed(
      "\(client.login.label) was written to while it was backed up, although its site is closed; "
        + "\(difference)")
  }
}
