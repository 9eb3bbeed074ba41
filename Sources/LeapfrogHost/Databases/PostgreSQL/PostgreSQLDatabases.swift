import LeapfrogCore

/// The databases of a server: made, renamed and dropped by a session in another one.
struct PostgreSQLDatabases {
  let client: PostgreSQLClient
  /// The database that the sessions are in.
  private let home: String

  /// - Throws: `Failure` when no other database than the site's can be used.
  init(_ client: PostgreSQLClient) throws {
    self.client = client
    for candidate in ["postgres", "template1"] where candidate != client.login.name {
      if (try? client.run("SELECT 1;", in: candidate)) != nil {
        home = candidate
        return
      }
    }
    throw Failure.failed(
      "\(client.login.label): its user can use neither the database postgres nor template1")
  }

  /// The database's number, which a rename does not change; nil when there is none of that name.
  func number(of name: String) throws -> String? {
    try run("SELECT oid FROM pg_database WHERE datname = :'name';", ["name": name]).first
  }

  /// The names of all.
  func names() throws -> [String] { try run("SELECT datname FROM pg_database;") }

  /// How many rows were ever written in a database; nil when there is none of that name.
  func changes(in name: String) throws -> String? {
    try run(
      """
      SELECT coalesce(tup_inserted + tup_updated + tup_deleted, 0)
      FROM pg_stat_database WHERE datname = :'name';
      """, ["name": name]
    ).first
  }

  /// Whether the role may make a database and rename this one.
  func mayReplace(_ name: String) throws -> Bool {
    try run(
      """
      SELECT (rolsuper OR rolcreatedb) AND NOT EXISTS (SELECT FROM pg_database
        WHERE datname = :'name' AND NOT pg_has_role(datdba, 'USAGE'))
      FROM pg_roles WHERE rolname = current_user;
      """, ["name": name]
    ).first == "t"
  }

  /// Makes a database that holds nothing.
  func create(_ name: String, _ setup: PostgreSQLSetup) throws {
    _ = try run("CREATE DATABASE :\"name\" \(setup.create);", ["name": name])
  }

  /// Drops a database of ours, whoever is connected; nothing there is fine.
  func drop(_ name: String) throws {
    _ = try run("DROP DATABASE IF EXISTS :\"name\" WITH (FORCE);", ["name": name])
  }

  /// Gives a database the settings, privileges and comment that another had. That is done inside of
  /// it: texts that all databases share are in the encoding of the one they were written in.
  func apply(_ setup: PostgreSQLSetup, to name: String) throws {
    let script = setup.then.map { $0 + ";" }.joined(separator: "\n")
    _ = try client.run("BEGIN;\n\(script)\nCOMMIT;", in: name, variables: ["db": name])
  }

  /// Puts one database in another's place, which gets a third name: all at once, or not at all.
  /// Nobody else is let in meanwhile, and those who are in are put out.
  ///
  /// - Throws: `Failure` when somebody cannot be put out.
  func exchange(_ name: String, for new: String, keepingAs kept: String) throws {
    let names = ["name": name, "new": new, "kept": kept]
    guard try number(of: name) != nil else {
      _ = try run("ALTER DATABASE :\"new\" RENAME TO :\"name\";", names)
      return
    }
    do {
      try retrying(name) { _ = try run(Self.swap, names) }
    } catch {
      _ = try? run("ALTER DATABASE :\"name\" ALLOW_CONNECTIONS true;", names)
      throw error
    }
  }

  private static let swap = """
    ALTER DATABASE :"name" ALLOW_CONNECTIONS false;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = :'name' AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE') \\g /dev/null
    BEGIN;
    ALTER DATABASE :"name" RENAME TO :"kept";
    ALTER DATABASE :"new" RENAME TO :"name";
    ALTER DATABASE :"kept" ALLOW_CONNECTIONS true;
    COMMIT;
    """

  /// The server itself waits five seconds for others to go.
  private func retrying(_ name: String, _ body: () throws -> Void) throws {
    for attempt in 1...4 {
      do { return try body() } catch  where PostgreSQLErrors.isState(PostgreSQLErrors.inUse, error)
      {
        guard attempt == 4 else { continue }
        throw Failure.failed("the database \(name) is in use\(try users(of: name))")
      }
    }
  }

  private func users(of name: String) throws -> String {
    let found = try run(
      """
      SELECT DISTINCT concat_ws(' ', usename, nullif(application_name, ''))
      FROM pg_stat_activity WHERE datname = :'name'
      UNION ALL SELECT 'the prepared transaction ' || gid FROM pg_prepared_xacts
      WHERE database = :'name' LIMIT 5;
      """, ["name": name])
    return found.isEmpty ? "" : " by \(found.joined(separator: ", "))"
  }

  private func run(_ sql: String, _ variables: [String: String] = [:]) throws -> [String] {
    try client.run(sql, in: home, variables: variables, seconds: 300)
  }
}
