import Foundation
import LeapfrogCore

/// What is asked of the contents of a PostgreSQL database: rows, and the objects that hold them.
struct PostgreSQLContents: Equatable, Sendable {
  /// Rows by table; of tables in `public`, the name alone. What belongs to an extension is left out.
  private(set) var counts: [String: Int] = [:]
  /// What kinds of objects there are, each with how many and a hash of what they are. Equal before a
  /// dump and after its restore: expressions, which the server words anew, are left out.
  private(set) var structure: [String: String] = [:]

  /// SQL for `psql`, which prints one line for the structure, then one for each table.
  static let query = structureQuery + "\n" + countQuery + "\n"
  /// SQL that prints the tables' lines alone.
  static let counting = countQuery + "\n"

  init(counts: [String: Int], structure: [String: String]) {
    self.counts = counts
    self.structure = structure
  }

  /// Reads what `psql` printed.
  init(lines: some Sequence<String>) throws {
    let decoder = JSONDecoder()
    for line in lines {
      let bytes = Data(line.utf8)
      if let found = try? decoder.decode(Count.self, from: bytes) {
        counts[found.table] = found.rows
      } else if let found = try? decoder.decode(Structure.self, from: bytes) {
        structure = found.structure
      } else {
        throw Failure.failed("psql said \"\(line.prefix(80))\" where a table's rows were expected")
      }
    }
  }

  /// What differs, for a message; nil when nothing does.
  func difference(from other: PostgreSQLContents) -> String? {
    let tables = Set(counts.keys).union(other.counts.keys).sorted()
    if let table = tables.first(where: { counts[$0] != other.counts[$0] }) {
      return "the rows of \(table): \(word(counts[table])) instead of \(word(other.counts[table]))"
    }
    let kinds = Set(structure.keys).union(other.structure.keys).sorted()
    let differing = kinds.filter { structure[$0] != other.structure[$0] }
    return differing.isEmpty ? nil : "its \(differing.joined(separator: ", "))"
  }

  private func word(_ count: Int?) -> String { count.map(String.init) ?? "none" }

  private struct Count: Decodable {
    let table: String
    let rows: Int
  }

  private struct Structure: Decodable { let structure: [String: String] }

  private static let countQuery = """
    SELECT format('SELECT json_build_object(''table'', %L, ''rows'', count(*)) FROM ONLY %I.%I',
      CASE n.nspname WHEN 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END
        || quote_ident(c.relname), n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1 \\gexec
    """

  private static let structureQuery = """
    WITH member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
    space AS (
      SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (
        SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)),
    rel AS (
      SELECT c.*, format('%I.%I', s.nspname, c.relname) AS label
      FROM pg_class c JOIN space s ON s.oid = c.relnamespace
      WHERE c.relkind IN ('r','p','v','m','S','f','i','I') AND c.relpersistence <> 't'
        AND NOT EXISTS (
          SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)),
    line(kind, item) AS (
      SELECT 'schemas', concat_ws(' ', quote_ident(nspname), pg_get_userbyid(nspowner)) FROM space
      UNION ALL SELECT 'tables and views', concat_ws(' ', label, relkind, relpersistence,
        pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity, relispopulated)
        FROM rel WHERE relkind NOT IN ('i','I')
      UNION ALL SELECT 'columns', concat_ws(' ', label, a.attname,
        format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef, a.attidentity,
        a.attgenerated, a.attcollation::regcollation)
        FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid
        WHERE relkind IN ('r','p','v','m','f') AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL SELECT 'indexes', concat_ws(' ', label, i.indisunique, i.indisprimary,
        i.indisvalid, i.indnatts) FROM rel JOIN pg_index i ON i.indexrelid = rel.oid
        WHERE i.indisvalid OR relkind = 'I'
      UNION ALL SELECT 'constraints', concat_ws(' ', label, k.conname, k.contype, k.convalidated,
        k.condeferrable) FROM rel JOIN pg_constraint k ON k.conrelid = rel.oid
        WHERE k.contype <> 'n'
      UNION ALL SELECT 'triggers', concat_ws(' ', label, t.tgname, t.tgenabled, t.tgtype)
        FROM rel JOIN pg_trigger t ON t.tgrelid = rel.oid WHERE NOT t.tgisinternal
      UNION ALL SELECT 'rules', concat_ws(' ', label, w.rulename, w.ev_enabled)
        FROM rel JOIN pg_rewrite w ON w.ev_class = rel.oid
      UNION ALL SELECT 'policies', concat_ws(' ', label, p.polname, p.polcmd, p.polpermissive)
        FROM rel JOIN pg_policy p ON p.polrelid = rel.oid
      UNION ALL SELECT 'sequences', concat_ws(' ', format('%I.%I', q.schemaname, q.sequencename),
        q.last_value, q.increment_by, q.max_value, q.cycle)
        FROM pg_sequences q JOIN space s ON s.nspname = q.schemaname
      UNION ALL SELECT 'routines', concat_ws(' ', p.oid::regprocedure, p.prokind,
        pg_get_userbyid(p.proowner), p.prosecdef, md5(p.prosrc))
        FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
        WHERE NOT EXISTS (
          SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
      UNION ALL SELECT 'types', concat_ws(' ', format('%I.%I', s.nspname, t.typname), t.typtype,
        t.typnotnull, (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
          FROM pg_enum e WHERE e.enumtypid = t.oid))
        FROM pg_type t JOIN space s ON s.oid = t.typnamespace
        WHERE t.typtype IN ('e','d','r') AND NOT EXISTS (
          SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
      UNION ALL SELECT 'extensions', quote_ident(extname) FROM pg_extension
        WHERE extname <> 'plpgsql'
      UNION ALL SELECT 'large objects', concat_ws(' ', oid, pg_get_userbyid(lomowner))
        FROM pg_largeobject_metadata
      UNION ALL SELECT 'privileges', concat_ws(' ', label, (x).grantee::regrole,
        (x).privilege_type, (x).is_grantable) FROM (
          SELECT label, aclexplode(coalesce(relacl, acldefault(
            CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) x
          FROM rel WHERE relkind IN ('r','p','v','m','f','S')
          UNION ALL SELECT quote_ident(nspname), aclexplode(nspacl) FROM space) granted)
    SELECT json_build_object('structure', json_object_agg(kind, item)) FROM (
      SELECT kind, count(*) || ' ' || md5(string_agg(item, E'\\n' ORDER BY item COLLATE "C")) item
      FROM line GROUP BY kind) found;
    """
}
