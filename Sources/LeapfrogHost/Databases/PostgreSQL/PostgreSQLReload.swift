import Glibc
import LeapfrogCore

/// Exchanges all objects inside a database for a dump's, in one transaction: for a role that may not
/// make databases.
///
/// The database itself, its extensions and the schema `public` stay, which may be others'.
struct PostgreSQLReload {
  let client: PostgreSQLClient
  let dump: PostgreSQLDump

  /// Puts out whoever is connected, and dumps the state that did not work into a directory, under a
  /// name that is free.
  func keep(in aside: String) throws {
    try Files.makeDirectories(aside, mode: 0o700)
    _ = try client.run(Self.alone)
    let part = "\(aside)/database.dump.zst.part"
    _ = try PostgreSQLBackup.dump(client, to: part)
    let paths = (1...).lazy.map { "\(aside)/database-\($0).dump.zst" }
    if let path = paths.first(where: { !Files.exists($0) }) { try Files.rename(part, to: path) }
  }

  func run() throws {
    let (wanted, extensions) = try read()
    let list = try SecretFile(Secret(wanted.joined(separator: "\n") + "\n"))
    let file = try Descriptor(opening: dump.path, O_RDONLY | O_NOFOLLOW)
    let plain = try DumpStage(Zstd.decompressor)
    // It prints its COMMIT when it has read the whole dump, and not before.
    let script = try DumpStage(
      PostgreSQLDump.converter(["-1", "-L", SecretFile.path, "-f", "-"], list: list))
    let session = try DumpStage(client.sqlCommand(encoding: "", arguments: ["-o", "/dev/null"]))
    try plain.start(file: file)
    try script.start(input: plain.output)
    try feed(script, to: session, dropping: Self.dropping(allBut: extensions))
    try script.verifyEnd()
    try plain.verifyEnd()
  }

  /// Gives the database the settings, privileges and comment that it had, where they changed.
  func settle(_ setup: PostgreSQLSetup) throws {
    let now = try PostgreSQLSetup(line: client.run(PostgreSQLSetup.query).first ?? "")
    guard now.then != setup.then else { return }
    let script = (["ALTER DATABASE :\"db\" RESET ALL"] + setup.then).joined(separator: ";\n")
    _ = try client.run("BEGIN;\n\(script);\nCOMMIT;", variables: ["db": client.login.name])
  }

  private func feed(
    _ script: DumpStage, to session: DumpStage, dropping: String
  ) throws {
    let input = try DataPipe()
    try session.start(input: input)
    session.output.reading.close()
    let moved = Background {
      defer { for end in [script.output.reading, input.writing] { end.close() } }
      let begin = Array("BEGIN;\n\(dropping)\n".utf8)
      try begin.withUnsafeBytes { try Files.writeAll($0, to: input.writing.number, path: "psql") }
      var stream = try StreamTail()
      _ = try stream.move(
        from: script.output.reading.number, to: input.writing.number, progress: StreamProgress())
    }
    do { try session.verifyEnd() } catch {
      script.kill()
      throw error
    }
    try moved.outcome().get()
  }

  /// The dump's list without what stays, and the names of the dump's extensions.
  private func read() throws -> (wanted: [String], extensions: [String]) {
    let list = try dump.list()
    let extensions = list.compactMap { line in
      line.firstRange(of: " EXTENSION - ").map {
        line[$0.upperBound...].trimmingPrefix { $0 == " " }.split(separator: " ").first ?? ""
      }.map(String.init)
    }
    let staying = try client.run(Self.staying)
    return (list.filter { line in !staying.contains { line.contains($0) } }, extensions)
  }

  /// What the lines of a dump's list have in them which are about what stays.
  private static let staying = """
    SELECT unnest(ARRAY[format(' EXTENSION - %s ', extname), format(' EXTENSION %s ', extname)])
    FROM pg_extension
    UNION SELECT unnest(ARRAY[format(' SCHEMA - %s ', nspname), format(' SCHEMA %s ', nspname)])
    FROM pg_namespace n WHERE \(kept);
    """

  /// The schemas that stay.
  private static let kept = """
    (n.nspname = 'public' OR n.oid IN (SELECT extnamespace FROM pg_extension))
    """

  /// Puts out whoever else is connected.
  private static let alone = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE');
    """

  private static func dropping(allBut extensions: [String]) -> String {
    let names = (extensions + ["plpgsql"]).map { "'\($0.replacing("'", with: "''"))'" }
    return """
      DO $leapfrog$
      DECLARE item record;
      BEGIN
        FOR item IN
          SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname) AS line FROM pg_extension
          WHERE extname NOT IN (\(names.joined(separator: ", ")))
        LOOP EXECUTE item.line; END LOOP;
        FOR item IN \(objects) LOOP EXECUTE item.line; END LOOP;
        PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
      END $leapfrog$;
      """
  }

  /// All at once, because dropping one can drop another, whose name is then not known. Privileges that
  /// new objects get by themselves go first: a dump gives them last, to objects after its own.
  private static let objects = """
    WITH space AS (
      SELECT *, \(kept) AS stays FROM pg_namespace n
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
    member AS (SELECT classid, objid FROM pg_depend
      WHERE deptype IN ('e','i') AND objsubid = 0),
    given AS (
      SELECT a.*, quote_ident(pg_get_userbyid(defaclrole)) AS role,
        CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
          WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS word,
        CASE defaclnamespace WHEN 0 THEN '' ELSE 'IN SCHEMA '
          || defaclnamespace::regnamespace END AS place,
        CASE WHEN defaclnamespace <> 0 THEN NULL ELSE acldefault(
          CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END::"char", defaclrole) END AS base
      FROM pg_default_acl a),
    changed(verb, role, place, privilege, word, preposition, grantee) AS (
      SELECT 'REVOKE', role, place, x.privilege_type, word, 'FROM', x.grantee
        FROM given, aclexplode(defaclacl) x WHERE (x.grantee, x.privilege_type) NOT IN (
          SELECT y.grantee, y.privilege_type FROM aclexplode(base) y)
      UNION ALL SELECT 'GRANT', role, place, x.privilege_type, word, 'TO', x.grantee
        FROM given, aclexplode(base) x WHERE (x.grantee, x.privilege_type) NOT IN (
          SELECT y.grantee, y.privilege_type FROM aclexplode(defaclacl) y)),
    line(part, line) AS (
      SELECT 0, concat_ws(' ', 'ALTER DEFAULT PRIVILEGES FOR ROLE', role, place, verb, privilege,
        'ON', word, preposition,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
        FROM changed
      UNION ALL SELECT 1, format('DROP SCHEMA %I CASCADE', nspname) FROM space WHERE NOT stays
      UNION ALL SELECT 2, format('DROP %s IF EXISTS %I.%I CASCADE',
        CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
          WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE'
          ELSE 'TABLE' END, n.nspname, c.relname)
        FROM pg_class c JOIN space n ON n.oid = c.relnamespace
        WHERE stays AND c.relkind IN ('r','p','v','m','S','f','c') AND c.relpersistence <> 't'
          AND ('pg_class'::regclass, c.oid) NOT IN (SELECT * FROM member)
      UNION ALL SELECT 3, format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
        FROM pg_proc p JOIN space n ON n.oid = p.pronamespace
        WHERE stays AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT * FROM member)
      UNION ALL SELECT 4, format('DROP TYPE IF EXISTS %I.%I CASCADE', n.nspname, t.typname)
        FROM pg_type t JOIN space n ON n.oid = t.typnamespace
        WHERE stays AND t.typtype IN ('e','d','r')
          AND ('pg_type'::regclass, t.oid) NOT IN (SELECT * FROM member)
      UNION ALL SELECT 5, format('DROP COLLATION IF EXISTS %I.%I CASCADE', n.nspname, c.collname)
        FROM pg_collation c JOIN space n ON n.oid = c.collnamespace
        WHERE stays AND ('pg_collation'::regclass, c.oid) NOT IN (SELECT * FROM member))
    SELECT unnest(array_agg(line ORDER BY part)) AS line FROM line
    """
}
