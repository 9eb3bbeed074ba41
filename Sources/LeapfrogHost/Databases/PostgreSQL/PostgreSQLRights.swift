import LeapfrogCore

/// Whether a role can put a database back: that is known before it has to.
struct PostgreSQLRights {
  let client: PostgreSQLClient

  /// - Throws: `Failure` when the server cannot be logged in to, or naming what belongs to others.
  func verify() throws {
    let found = try client.run(Self.userQuery + Self.query)
    guard client.login.isUserConfigured || found.first == "f" else {
      throw client.login.refusalOfAdministrator
    }
    guard let first = found.dropFirst().first else { return }
    let parts = first.split(separator: "|", maxSplits: 2).map(String.init)
    guard parts.count == 3 else {
      throw Failure.failed("\(client.login.label): its objects cannot be listed")
    }
    throw Failure.failed(
      "\(client.login.label): \(parts[0]) belongs to \(parts[1]), so that \(parts[2]) could not "
        + "restore it",
      remedy: "psql -c 'GRANT \(parts[1]) TO \(parts[2])'")
  }

  /// Whether the role is a superuser, or has the rights of one that can become that.
  private static let userQuery = """
    SELECT bool_or(rolsuper) FROM pg_roles WHERE pg_has_role(oid, 'MEMBER');

    """

  private static let query = """
    SELECT format('%I.%I', n.nspname, c.relname), quote_ident(pg_get_userbyid(c.relowner)),
      quote_ident(current_user)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r','p','v','m','S','f') AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT pg_has_role(c.relowner, 'MEMBER')
      AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1 LIMIT 1;
    """
}
