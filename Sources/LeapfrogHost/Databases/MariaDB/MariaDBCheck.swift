import LeapfrogCore

/// Looks, while the site is open, whether a database can be backed up and put back.
struct MariaDBCheck {
  let client: MariaDBClient

  func run() throws {
    for tool in MariaDBEngine.tools { _ = try tool.find() }
    try verifyUser()
    if let view = try MariaDBSchema(of: client).tables.first(where: \.isBrokenView) {
      throw Failure.failed(
        "the view \(view.name) of \(client.login.label) is of something that is not there, or its "
          + "definer is not: no backup can have it")
    }
    try verifyRights()
    try verifyDefiners()
    // Asks for the definition of everything, as a backup does.
    let dump = client.dump(MariaDBDump.withoutRows)
    guard try MariaDBDump.isWhole(dump.run(limit: 256 << 20, seconds: 300)) else {
      throw Failure.failed("the definitions of \(client.login.label) could not be read")
    }
  }

  /// An administrator of the server reaches every site's database.
  private func verifyUser() throws {
    guard !client.login.isUserConfigured else { return }
    let grants = try client.rows("SHOW GRANTS").compactMap(\.first)
    guard grants.contains(where: MariaDBGrant.isAdministration) else { return }
    throw client.login.refusalOfAdministrator
  }

  /// What a way back needs. Rights that come by a role are not looked through.
  private static let needed = ["SELECT", "INSERT", "CREATE", "DROP", "ALTER", "LOCK TABLES"]

  private func verifyRights() throws {
    let held = Set(try client.rows(Self.rights).compactMap(\.first))
    if held.contains("role") { return }
    let missing = Self.needed.filter { !held.contains($0) }
    guard missing.isEmpty else {
      throw Failure.failed(
        "the user of \(client.login.label) could not put a backup back: it lacks "
          + missing.joined(separator: ", "))
    }
  }

  private static let rights = """
    SET @me = CONCAT("'", REPLACE(CURRENT_USER(), '@', "'@'"), "'");
    SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = @me;
    SELECT PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES
      WHERE GRANTEE = @me AND DATABASE() LIKE TABLE_SCHEMA;
    SELECT 'role' FROM (SELECT CURRENT_ROLE() AS name) AS roles
      WHERE name IS NOT NULL AND name <> 'NONE';
    """

  /// Who may not make something in another's name cannot put it back.
  private func verifyDefiners() throws {
    let found = try client.rows(Self.foreign).first { $0.count == 3 }
    guard let found else { return }
    throw Failure.failed(
      "the \(found[0]) \(found[1]) of \(client.login.label) belongs to \(found[2]), and its user may "
        + "not make it again", remedy: "GRANT SET USER ON *.* TO \(client.login.userName)")
  }

  private static let foreign = """
    SET @all = EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES
      WHERE GRANTEE = CONCAT("'", REPLACE(CURRENT_USER(), '@', "'@'"), "'")
        AND PRIVILEGE_TYPE IN ('SUPER', 'SET USER', 'SET_USER_ID', 'SET_ANY_DEFINER'));
    SELECT kind, name, definer FROM (
      SELECT 'view' AS kind, TABLE_NAME AS name, DEFINER AS definer FROM information_schema.VIEWS
        WHERE TABLE_SCHEMA = DATABASE()
      UNION ALL SELECT 'trigger', TRIGGER_NAME, DEFINER FROM information_schema.TRIGGERS
        WHERE TRIGGER_SCHEMA = DATABASE()
      UNION ALL SELECT 'routine', ROUTINE_NAME, DEFINER FROM information_schema.ROUTINES
        WHERE ROUTINE_SCHEMA = DATABASE()
      UNION ALL SELECT 'event', EVENT_NAME, DEFINER FROM information_schema.EVENTS
        WHERE EVENT_SCHEMA = DATABASE()
    ) AS found WHERE NOT @all AND definer <> CURRENT_USER() LIMIT 1;
    """
}
