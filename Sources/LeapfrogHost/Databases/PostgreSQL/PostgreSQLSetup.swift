import Foundation
import LeapfrogCore

/// What a database is besides what is in it: what a dump leaves out.
struct PostgreSQLSetup: Codable, Equatable, Sendable {
  /// What follows `CREATE DATABASE name`.
  var create: String
  /// SQL to be run afterwards: settings, privileges, comment. `:"db"` stands for the name.
  var then: [String]

  /// Reads the line that `query` prints.
  init(line: String) throws {
    guard let setup = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else {
      throw Failure.failed("psql said \"\(line.prefix(80))\" where a database's setup was expected")
    }
    self = setup
  }

  /// SQL for the session that looks at the database.
  static let query = """
    WITH db AS (SELECT d.*, to_jsonb(d) AS more FROM pg_database d WHERE datname = current_database()),
    base AS (SELECT dattablespace AS space FROM pg_database WHERE datname = 'template0'),
    grants AS (SELECT (aclexplode(datacl)).* FROM db),
    listed(name) AS (VALUES ('search_path'), ('temp_tablespaces'), ('session_preload_libraries'),
      ('local_preload_libraries')),
    setting AS (
      SELECT s.setrole, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
      FROM pg_db_role_setting s JOIN db ON s.setdatabase = db.oid, unnest(s.setconfig) AS c),
    line(part, item) AS (
      SELECT 1, 'REVOKE ALL ON DATABASE :"db" FROM PUBLIC, ' || quote_ident(pg_get_userbyid(datdba))
        FROM db WHERE datacl IS NOT NULL
      UNION ALL SELECT 2, format('GRANT %s ON DATABASE :"db" TO %s%s', privilege_type,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
        CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM grants
      UNION ALL SELECT 3, format('%s SET %I TO %s',
        CASE setrole WHEN 0 THEN 'ALTER DATABASE :"db"'
          ELSE format('ALTER ROLE %I IN DATABASE :"db"', pg_get_userbyid(setrole)) END, name,
        CASE WHEN name IN (SELECT l.name FROM listed l) AND value <> '' THEN value
          ELSE quote_literal(value) END) FROM setting
      UNION ALL SELECT 4, format('COMMENT ON DATABASE :"db" IS %L', shobj_description(oid, 'pg_database'))
        FROM db WHERE shobj_description(oid, 'pg_database') IS NOT NULL)
    SELECT json_build_object('create', concat_ws(' ',
        format('OWNER %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
          pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype),
        CASE more->>'datlocprovider' WHEN 'i' THEN format('LOCALE_PROVIDER icu ICU_LOCALE %L',
          coalesce(more->>'datlocale', more->>'daticulocale'))
          WHEN 'b' THEN format('LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', more->>'datlocale') END,
        CASE WHEN dattablespace <> space THEN format('TABLESPACE %I', spcname) END,
        CASE WHEN datconnlimit <> -1 THEN format('CONNECTION LIMIT %s', datconnlimit) END),
      'then', coalesce((SELECT json_agg(item ORDER BY part, item) FROM line), '[]'))
    FROM db JOIN pg_tablespace t ON t.oid = dattablespace, base;
    """
}
