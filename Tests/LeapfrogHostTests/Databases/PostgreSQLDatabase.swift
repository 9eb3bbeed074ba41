import Foundation
import LeapfrogCore
import RealServers

@testable import LeapfrogHost

/// A database of PostgreSQL with one of everything.
final class PostgreSQLDatabase: ServedDatabase {
  /// What the database's user may do, and how it logs in.
  enum Kind: String {
    case maker = "postgresql"
    case plain = "postgresql, a user who may not make databases, over TCP"
    case latin1 = "postgresql, latin1"
  }

  let server: PostgreSQLServer
  let name: String
  let user: String
  let password = "Kanarie'\"\\:xü#;" + UUID().uuidString
  private let kind: Kind

  static let fixtures = [Kind.maker, .plain, .latin1].map { kind in
    ServerFixture(testDescription: kind.rawValue) {
      try PostgreSQLDatabase(.shared(), kind)
    }
  }

  init(_ server: PostgreSQLServer, _ kind: Kind = .maker, filled: Bool = true) throws {
    self.server = server
    self.kind = kind
    name = "Shop-\(UUID().uuidString.prefix(8))"
    user = "u\(UUID().uuidString.prefix(8).lowercased())"
    try server.makeRole(user, password: password, mayCreate: kind != .plain)
    let latin1 = "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
    try server.makeDatabase(name, owner: user, options: kind == .latin1 ? latin1 : "")
    if filled { try fill() }
  }

  deinit {
    let ours = (try? server.sql("SELECT datname FROM pg_database")) ?? ""
    for database in ours.split(separator: "\n") where database.hasPrefix(name) {
      _ = try? server.sql("DROP DATABASE \"\(database)\" WITH (FORCE)")
    }
    _ = try? server.sql("DROP ROLE \(user)")
  }

  var spec: ServerDatabase {
    ServerDatabase(
      engine: .postgresql, name: name, host: kind == .plain ? "127.0.0.1" : nil, port: server.port,
      socket: kind == .plain ? nil : server.socket, user: user)
  }

  /// Runs SQL as the database's owner.
  @discardableResult
  func sql(_ text: String) throws -> String {
    try server.sql("SET SESSION AUTHORIZATION \(user);\n\(text)", in: name)
  }

  private func fill() throws {
    try server.sql(
      """
      COMMENT ON DATABASE "\(name)" IS 'The shop''s :"db"';
      ALTER DATABASE "\(name)" SET search_path TO "$user", public, "Ünder";
      ALTER DATABASE "\(name)" SET work_mem TO '5MB';
      ALTER ROLE \(user) IN DATABASE "\(name)" SET datestyle TO 'German';
      REVOKE TEMPORARY ON DATABASE "\(name)" FROM PUBLIC;
      """)
    try server.sql(
      "CREATE EXTENSION citext; CREATE EXTENSION pgcrypto; CREATE SCHEMA crypt;", in: name)
    try server.sql("ALTER SCHEMA crypt OWNER TO \(user)", in: name)
    try sql(Self.objects)
  }

  func contents() throws -> String {
    let about = try server.sql(
      """
      SELECT d.datdba::regrole, d.encoding, d.datcollate, d.datctype, d.datconnlimit,
        d.datallowconn, shobj_description(d.oid, 'pg_database'),
        (SELECT string_agg(a.acl, ' ' ORDER BY a.acl)
          FROM (SELECT unnest(d.datacl)::text acl) a),
        (SELECT string_agg(s.setrole::text || s.setconfig::text, ' ' ORDER BY 1)
          FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)
      FROM pg_database d WHERE datname = '\(name)'
      """)
    return about + "\n" + (try server.text(of: name))
  }

  func damage() throws {
    try sql(
      """
      DROP TABLE child, parent CASCADE; DROP FUNCTION shout(text) CASCADE;
      ALTER TABLE page DROP COLUMN body; UPDATE page SET title = 'x' || id;
      CREATE TABLE new_feature(id int PRIMARY KEY); INSERT INTO new_feature VALUES (1);
      CREATE TYPE new_kind AS ENUM ('a'); CREATE SCHEMA later; CREATE TABLE later.thing(i int);
      CREATE FUNCTION later.f(new_kind) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION g(new_kind) RETURNS int LANGUAGE sql AS 'SELECT 1';
      SELECT setval('page_id_seq', 90000); SELECT lo_unlink(4711); SELECT lo_from_bytea(4713, 'q');
      DROP DOMAIN positive CASCADE;
      """)
  }

  func write() throws { try sql("INSERT INTO page(title) VALUES ('\(UUID().uuidString)')") }

  func keepsFailedState(_ aside: String) throws -> Bool {
    if kind == .plain {
      let names = try Files.names(in: aside).filter { $0.hasSuffix(".dump.zst") }
      guard names.count >= 1 else { return false }
      return try DataSandbox.run([
        "sh", "-c", "zstd -dc \"$0\" | pg_restore -l", "\(aside)/\(names[0])",
      ]).contains("new_feature")
    }
    return try self.aside().contains {
      try server.sql("SELECT count(*) FROM pg_class WHERE relname = 'new_feature'", in: $0) == "1"
    }
  }

  /// The databases that hold failed states.
  func aside() throws -> [String] {
    try server.sql("SELECT datname FROM pg_database").split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix(name) && $0.contains("_aside_") }
  }

  var canMakeDatabases: Bool { kind != .plain }

  func drop() throws { try server.sql("DROP DATABASE \"\(name)\" WITH (FORCE)") }

  private static let objects = """
    SET search_path = public;
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TABLE page(
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, body bytea,
      mail citext UNIQUE, feeling mood DEFAULT 'ok', size positive DEFAULT 1,
      length int GENERATED ALWAYS AS (char_length(title)) STORED,
      made timestamptz NOT NULL DEFAULT '2024-02-29 12:00:00+00',
      kind text CHECK (kind IN ('a', 'b')));
    CREATE UNIQUE INDEX page_lower ON page (lower(title));
    INSERT INTO page(title, body, mail, kind)
      SELECT 'Übung ''"\\' || i, decode(md5(i::text) || '00ff0a5c', 'hex'), 'A' || i || '@X.org', 'a'
      FROM generate_series(1, 200) i;
    CREATE SEQUENCE counter START 7 INCREMENT 3; SELECT nextval('counter'), nextval('counter');
    CREATE SEQUENCE untouched START 42;
    CREATE TABLE parent(id int PRIMARY KEY, favourite int);
    CREATE TABLE child(id serial PRIMARY KEY, parent int NOT NULL REFERENCES parent);
    INSERT INTO parent VALUES (1, NULL), (2, NULL); INSERT INTO child(parent) VALUES (1), (2);
    ALTER TABLE parent ADD FOREIGN KEY (favourite) REFERENCES child DEFERRABLE INITIALLY DEFERRED;
    UPDATE parent SET favourite = 3 - id;
    CREATE TABLE history(log text, at date) PARTITION BY RANGE (at);
    CREATE TABLE history_old PARTITION OF history FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
    CREATE TABLE history_new PARTITION OF history DEFAULT;
    INSERT INTO history VALUES ('a', '2001-01-01'), ('b', '2021-01-01');
    CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
    CREATE INDEX page_loud ON page (public.shout(title));
    CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.child; END $$;
    CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
    CREATE VIEW titles AS SELECT id, public.shout(title) AS loud FROM page WITH LOCAL CHECK OPTION;
    CREATE MATERIALIZED VIEW sums AS SELECT feeling, count(*) AS n FROM page GROUP BY 1;
    CREATE UNIQUE INDEX sums_key ON sums (feeling);
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.title := trim(NEW.title); RETURN NEW; END $$;
    CREATE TRIGGER stamped BEFORE INSERT ON page FOR EACH ROW EXECUTE FUNCTION stamp();
    CREATE TRIGGER silent BEFORE UPDATE ON page FOR EACH ROW EXECUTE FUNCTION stamp();
    ALTER TABLE page DISABLE TRIGGER silent;
    CREATE RULE quiet AS ON DELETE TO child DO INSTEAD NOTHING;
    ALTER TABLE parent ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON parent USING (id > 0);
    CREATE STATISTICS page_stats ON title, kind FROM page;
    CREATE SCHEMA "Ünder"; CREATE TABLE "Ünder"."a.b"(i int); INSERT INTO "Ünder"."a.b" VALUES (1);
    CREATE COLLATION crypt.plain (locale = 'C');
    GRANT SELECT ON page TO PUBLIC; GRANT UPDATE (title) ON page TO PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO PUBLIC;
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    COMMENT ON TABLE page IS 'Seiten';
    SELECT lo_from_bytea(4711, decode('00ff5c', 'hex')), lo_from_bytea(4712, '');
    """
}
