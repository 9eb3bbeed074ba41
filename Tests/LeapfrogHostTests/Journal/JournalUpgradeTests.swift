import Foundation
import GRDB
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A journal of an earlier version is taken on as it is.
@Suite struct JournalUpgradeTests {
  let disk: PairOnDisk
  var layout: Layout { disk.layout }

  init() throws {
    disk = try PairOnDisk()
    let spec = try Journal.encode(PairSpec(name: "acme", root: layout.root))
    let order =
      #"{"actor":"old","continues":false,"kind":"backup","seen":6,"sites":[],"spec":\#(spec)}"#
    try DatabaseQueue(path: layout.journal).write { database in
      try database.execute(sql: Self.first)
      try database.execute(
        sql: "INSERT INTO release (id, work, state, started) VALUES (7, ?, 'done', 1700000000)",
        arguments: [order])
    }
  }

  @Test func aFirstVersionKeepsItsRecords() throws {
    let journal = try Journal(layout: layout)
    #expect(try version(journal) == JournalSchema.version)
    let release = try #require(try journal.release(7))
    #expect(release.order.spec.name == "acme" && release.order.actor == "old")
    #expect(try journal.lastEvent() == 12)
    #expect(try journal.fence() == 0)
    try journal.raiseFence(
      for: Entrant(pair: "acme", claim: Claim(token: "t", fence: 0), actor: "a", what: "w"))
    #expect(try Journal(layout: layout).fence() > 0)
  }

  @Test func manyUpgradeTheSameJournalAtOnce() throws {
    let faults = Faults()
    Threads.run(8) { [layout] in
      do { _ = try Journal(layout: layout).fence() } catch { faults.add("\(error)") }
    }
    #expect(faults.all.isEmpty, "\(faults.all)")
    #expect(try version(Journal(layout: layout)) == JournalSchema.version)
  }

  private func version(_ journal: Journal) throws -> Int? {
    try journal.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
  }

  /// As the first version wrote it.
  private static let first = """
    CREATE TABLE release (
      id INTEGER PRIMARY KEY AUTOINCREMENT, work TEXT NOT NULL, source TEXT, state TEXT NOT NULL,
      reason TEXT, control TEXT, started REAL NOT NULL, finished REAL);
    CREATE TABLE migration (
      id INTEGER PRIMARY KEY AUTOINCREMENT, release INTEGER NOT NULL REFERENCES release(id),
      site TEXT NOT NULL, plan TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
      closed REAL, opened REAL, downtime REAL);
    CREATE INDEX migration_site ON migration(site, id);
    CREATE INDEX migration_release ON migration(release, id);
    CREATE TABLE mark (
      id INTEGER PRIMARY KEY, migration INTEGER NOT NULL REFERENCES migration(id),
      time REAL NOT NULL, body TEXT NOT NULL);
    CREATE INDEX mark_migration ON mark(migration, id);
    CREATE TABLE event (
      number INTEGER PRIMARY KEY AUTOINCREMENT, release INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE INDEX event_release ON event(release, number);
    CREATE TABLE site (name TEXT PRIMARY KEY, platform TEXT);
    PRAGMA user_version = 1;
    INSERT INTO event (number, release, body) VALUES
      (12, 7, '{"kind":"release.finished","number":0,"release":7,"time":"2023-11-14T22:13:20Z"}');
    """
}
