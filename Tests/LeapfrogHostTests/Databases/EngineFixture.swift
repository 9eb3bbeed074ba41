import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A real database of one engine, as the contract that every engine keeps needs it.
struct EngineFixture: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let spec: DatabaseSpec
  /// The file whose bytes are the database, below the site's data.
  let file: String
  /// Makes the database with 200 rows in `pages`.
  let make: @Sendable (DataSandbox, String) throws -> Void
  /// Does what an update that fails does.
  let damage: @Sendable (DataSandbox, String) throws -> Void

  static let all = [sqlite(mode: "delete"), sqlite(mode: "wal"), sqlite(mode: "truncate")]

  private static func sqlite(mode: String) -> EngineFixture {
    EngineFixture(
      testDescription: "sqlite, \(mode)", spec: .sqlite(path: "db/site.sqlite"),
      file: "db/site.sqlite",
      make: { sandbox, path in
        try Files.makeDirectories(Files.parent(of: path))
        try sandbox.sql("PRAGMA journal_mode=\(mode); \(rows)", in: path)
      },
      damage: { sandbox, path in
        try sandbox.sql("DROP TABLE users; UPDATE pages SET body = 'x'; VACUUM;", in: path)
      })
  }

  private static let rows = """
    CREATE TABLE pages(id INTEGER PRIMARY KEY, body TEXT);
    CREATE TABLE users(name TEXT); INSERT INTO users VALUES ('a');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
    INSERT INTO pages SELECT i, hex(randomblob(200)) FROM n;
    """
}
