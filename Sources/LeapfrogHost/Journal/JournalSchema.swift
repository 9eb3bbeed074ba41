import GRDB
import LeapfrogCore

/// The tables of the journal. `user_version` is the schema's version; a newer one is refused.
///
/// A journal of an older version is read, and written, as it is: a worker of the older leapfrog may be at work
/// on it, and orders to that worker have to be in its form. So a version only adds to the one before, and
/// what it added is asked for with `has`. It is migrated by the first who changes the pair under its lock,
/// which worker and jobs of an older leapfrog hold as long as one of them lives (`Journal.migrate`).
enum JournalSchema {
  /// The version that this program writes; it reads all before it.
  static let version = 3
  /// What journals of the first version lack.
  static let fencesAndRequests = 2
  /// What journals of the second version lack: decisions, and orders to a single migration.
  static let decisionsAndControls = 3

  /// Refuses a journal without tables where it cannot be a new one.
  ///
  /// - Throws: `Failure` when the journal was written by a newer leapfrog, or lost its contents:
  ///   a new one in its place would forget what is under way and where the sites are.
  static func verify(_ database: Database, path: String, mayBeNew: () throws -> Bool) throws {
    guard try found(database, path) == 0, try !mayBeNew() else { return }
    throw Journal.damaged(path, "it is empty")
  }

  /// Makes the tables of a journal that has none.
  static func make(_ database: Database, path: String) throws {
    guard try found(database, path) == 0 else { return }
    // Another process may be making the same journal: only one gets the write lock, and looks again.
    try database.inTransaction(.immediate) {
      if try found(database, path) == 0 { try migrate(database, path: path) }
      return .commit
    }
  }

  /// Makes the tables that a journal lacks, in the transaction of the caller.
  static func migrate(_ database: Database, path: String) throws {
    let found = try found(database, path)
    guard found < version else { return }
    for tables in steps[found...] { try database.execute(sql: tables) }
    try database.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Whether a journal has what came with a version.
  static func has(_ version: Int, _ database: Database) throws -> Bool {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0 >= version
  }

  private static func found(_ database: Database, _ path: String) throws -> Int {
    let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard found <= version else {
      throw NewerJournal("the journal \(path) has version \(found), newer than \(version)")
    }
    return found
  }

  /// What each version added to the one before.
  private static let steps = [releases, fences, decisions]

  private static let releases = """
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
    """

  private static let fences = """
    CREATE TABLE fence (
      number INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL, actor TEXT NOT NULL,
      what TEXT NOT NULL, time REAL NOT NULL);
    CREATE TABLE request (
      id TEXT PRIMARY KEY, release INTEGER NOT NULL, after INTEGER NOT NULL, time REAL NOT NULL);
    """

  private static let decisions = """
    CREATE TABLE decision (
      kind TEXT PRIMARY KEY, stamp INTEGER NOT NULL, token TEXT NOT NULL, actor TEXT NOT NULL,
      what TEXT NOT NULL, time REAL NOT NULL, plan TEXT);
    ALTER TABLE migration ADD COLUMN control TEXT;
    """
}

/// A journal of a leapfrog that is newer than this one. It is sound, and nothing of it may be changed.
struct NewerJournal: Error {
  let failure: Failure

  /// - Parameter what: what this leapfrog does not know.
  init(_ what: String) {
    failure = .refused(
      "\(what), which this leapfrog knows: a newer leapfrog wrote it, and this one changes nothing; use that "
        + "one or a newer one")
  }
}
