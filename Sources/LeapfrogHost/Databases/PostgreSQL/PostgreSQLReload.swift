import Glibc
import LeapfrogCore

/// Exchanges all objects inside a database for a dump's, in one transaction: for a role that may not
/// make databases.
///
/// The database itself, its extensions and the schema `public` stay, which may be others'.
struct PostgreSQLReload {
  let client: PostgreSQLClient
  let dump: PostgreSQLDump

  /// Dumps the state that did not work into a directory, under a name that is free.
  func keep(in aside: String) throws {
    try Files.makeDirectories(aside, mode: 0o700)
    let part = "\(aside)/database.dump.zst.part"
    _ = try PostgreSQLBackup.dump(client, to: part)
    let paths = (1...).lazy.map { "\(aside)/database-\($0).dump.zst" }
    if let path = paths.first(where: { !Files.exists($0) }) { try Files.rename(part, to: path) }
  }

  func run() throws {
    _ = try client.run(Self.alone)
    let list = try SecretFile(Secret(try wanted().joined(separator: "\n") + "\n"))
    let file = try Descriptor(opening: dump.path, O_RDONLY | O_NOFOLLOW)
    let plain = try DumpStage(Zstd.decompressor)
    // It prints its COMMIT when it has read the whole dump, and not before.
    let script = try DumpStage(
      PostgreSQLDump.converter(["-1", "-L", SecretFile.path, "-f", "-"], list: list))
    let session = try DumpStage(client.sqlCommand(encoding: ""))
    try plain.start(file: file)
    try script.start(input: plain.output)
    try feed(script, to: session)
    try script.verifyEnd()
    try plain.verifyEnd()
  }

  private func feed(_ script: DumpStage, to session: DumpStage) throws {
    let input = try DataPipe()
    try session.start(input: input)
    session.output.reading.close()
    let moved = Background {
      defer { for end in [script.output.reading, input.writing] { end.close() } }
      let begin = Array("BEGIN;\n\(Self.dropping)\n".utf8)
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

  /// The dump's list without what stays.
  private func wanted() throws -> [String] {
    let staying = try client.run(Self.staying)
    return try dump.list().filter { line in
      !staying.contains { line.contains($0) }
    }
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

  private static let dropping = """
    DO $leapfrog$
    DECLARE item record;
    BEGIN
      FOR item IN SELECT nspname FROM pg_namespace n
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND NOT \(kept)
      LOOP EXECUTE format('DROP SCHEMA %I CASCADE', item.nspname); END LOOP;
      FOR item IN SELECT n.nspname, c.relname, CASE c.relkind WHEN 'v' THEN 'VIEW'
          WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
          WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS word
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r','p','v','m','S','f','c') AND c.relpersistence <> 't' AND \(kept)
          AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
            AND d.objid = c.oid AND d.deptype IN ('e','i'))
      LOOP EXECUTE format('DROP %s IF EXISTS %I.%I CASCADE', item.word, item.nspname, item.relname);
      END LOOP;
      FOR item IN SELECT p.oid::regprocedure AS label
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE \(kept) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
            AND d.objid = p.oid AND d.deptype IN ('e','i'))
      LOOP EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', item.label); END LOOP;
      FOR item IN SELECT n.nspname, t.typname
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('e','d','r') AND \(kept)
          AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass
            AND d.objid = t.oid AND d.deptype IN ('e','i'))
      LOOP EXECUTE format('DROP TYPE IF EXISTS %I.%I CASCADE', item.nspname, item.typname);
      END LOOP;
      PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
    END $leapfrog$;
    """
}
