import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct SQLiteEngineTests {
  let sandbox: DataSandbox
  let path: String
  let engine: SQLiteEngine

  init() throws {
    sandbox = try DataSandbox()
    path = "\(sandbox.data)/site.sqlite"
    engine = SQLiteEngine(data: sandbox.data, path: "site.sqlite")
  }

  private func backUpAndBack(
    damaging damage: String = "DROP TABLE t"
  ) throws -> (record: DatabaseRecord, before: [UInt8], after: [UInt8]) {
    let record = try engine.backUp(into: sandbox.backup, hot: false)
    let before = try sandbox.bytes(path)
    try sandbox.sql(damage, in: path)
    try engine.restore(record, from: sandbox.backup, aside: sandbox.aside)
    return (record, before, try sandbox.bytes(path))
  }

  @Test func anOpenReaderDoesNotPreventTheExactCopy() throws {
    try sandbox.sql("PRAGMA journal_mode=wal; CREATE TABLE t(a); INSERT INTO t VALUES(1)", in: path)
    let idle = try sandbox.holding("SELECT * FROM t", in: path)
    defer { idle.killNow() }
    let (record, before, after) = try backUpAndBack()
    #expect(record.exact)
    #expect(before == after)
  }

  @Test func aReaderInsideATransactionCostsExactnessAndNoRow() throws {
    try sandbox.sql("PRAGMA journal_mode=wal; CREATE TABLE t(a); INSERT INTO t VALUES(1)", in: path)
    let reader = try sandbox.holding("BEGIN; SELECT * FROM t", in: path)
    defer { reader.killNow() }
    let writer = try sandbox.holding("INSERT INTO t VALUES(2), (3)", in: path)
    defer { writer.killNow() }
    let record = try engine.backUp(into: sandbox.backup, hot: false)
    #expect(!record.exact)
    #expect(record.counts == ["t": 3])
    try engine.verify(record, in: sandbox.backup)
    reader.killNow()
    writer.killNow()
    try engine.restore(record, from: sandbox.backup, aside: sandbox.aside)
    #expect(try sandbox.sql("SELECT group_concat(a) FROM t", in: path) == "1,2,3")
  }

  @Test func rowsThatAreOnlyInTheWALAreInTheBackup() throws {
    try sandbox.sql("PRAGMA journal_mode=wal; CREATE TABLE t(a)", in: path)
    let killed = try sandbox.holding(
      "PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES(1), (2)", in: path)
    killed.killNow()
    #expect((FileStatus(path + "-wal")?.size ?? 0) > 0)
    let (record, before, after) = try backUpAndBack()
    #expect(record.counts == ["t": 2])
    #expect(record.exact)
    #expect(before == after)
  }

  @Test func aHotJournalIsRolledBackBeforeTheCopy() throws {
    try makeHotJournal()
    let record = try engine.backUp(into: sandbox.backup, hot: false)
    #expect(record.counts == ["t": 1000])
    #expect(try sandbox.sql("SELECT count(*) FROM t WHERE a = 'new'", in: path) == "0")
  }

  @Test func aHotJournalNeverMeetsTheRestoredDatabase() throws {
    try sandbox.sql(Self.thousandRows, in: path)
    let record = try engine.backUp(into: sandbox.backup, hot: false)
    let before = try sandbox.bytes(path)
    try makeHotJournal()
    #expect((FileStatus(path + "-journal")?.size ?? 0) > 0)
    try engine.restore(record, from: sandbox.backup, aside: sandbox.aside)
    #expect(!Files.exists(path + "-journal"))
    #expect(try sandbox.bytes(path) == before)
    #expect(Files.exists("\(sandbox.aside)/1/site.sqlite-journal"))
    let failed = "\(sandbox.aside)/1/site.sqlite"
    #expect(
      try sandbox.sql("PRAGMA integrity_check; SELECT count(*) FROM t", in: failed) == "ok\n1000")
  }

  @Test func aStaleWALNeverMeetsTheRestoredDatabase() throws {
    try sandbox.sql("PRAGMA journal_mode=wal; CREATE TABLE t(a); INSERT INTO t VALUES(1)", in: path)
    let record = try engine.backUp(into: sandbox.backup, hot: false)
    let killed = try sandbox.holding(
      "PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES(2)", in: path)
    killed.killNow()
    try engine.restore(record, from: sandbox.backup, aside: sandbox.aside)
    #expect(!Files.exists(path + "-wal"))
    #expect(try sandbox.sql("SELECT group_concat(a) FROM t", in: path) == "1")
  }

  private static let thousandRows = """
    CREATE TABLE IF NOT EXISTS t(a, b);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO t SELECT 'old', hex(randomblob(100)) FROM n;
    """

  /// A database whose writer was killed after it had written a part of its transaction.
  private func makeHotJournal() throws {
    if !Files.exists(path) { try sandbox.sql(Self.thousandRows, in: path) }
    let writer = try sandbox.holding(
      "PRAGMA cache_size=2; BEGIN; UPDATE t SET a = 'new', b = hex(randomblob(90))", in: path)
    writer.killNow()
  }

  @Test(arguments: [
    "printf half > site.sqlite.leapfrog-restoring", "mv site.sqlite-journal ../../aside",
    "rm site.sqlite*", "rm site.sqlite*; mkdir site.sqlite; echo x > site.sqlite/x",
    "rm site.sqlite*; ln -s /etc/passwd site.sqlite",
    "cp ../../backup/database.sqlite site.sqlite",
    "cp ../../backup/database.sqlite new; mv new site.sqlite",
  ])
  func aHalfDoneRestoreIsFinishedByTheNext(_ state: String) throws {
    try sandbox.sql(Self.thousandRows, in: path)
    let record = try engine.backUp(into: sandbox.backup, hot: false)
    let before = try sandbox.bytes(path)
    try makeHotJournal()
    try sandbox.run(state)
    try engine.restore(record, from: sandbox.backup, aside: sandbox.aside)
    #expect(try sandbox.bytes(path) == before)
    #expect(try Files.names(in: sandbox.data) == ["site.sqlite"])
    #expect(try engine.counts() == ["t": 1000])
  }

  @Test func aFileThatIsNoDatabaseIsRefused() throws {
    try sandbox.write(String(repeating: "not a database ", count: 500), to: "site.sqlite")
    #expect(throws: Failure.failed("\(path) is not a SQLite database")) { try engine.check() }
    #expect(throws: Failure.failed("\(path) is not a SQLite database")) {
      try engine.backUp(into: sandbox.backup, hot: false)
    }
  }

  @Test func anEmptyFileIsADatabase() throws {
    try sandbox.write("", to: "site.sqlite")
    try engine.check()
    let (record, before, after) = try backUpAndBack(damaging: "CREATE TABLE t(a)")
    #expect(record.counts.isEmpty && record.bytes == 0)
    #expect(before.isEmpty && after.isEmpty)
  }

  @Test func linksAreRefused() throws {
    let other = "\(sandbox.root)/other.sqlite"
    try sandbox.sql("CREATE TABLE t(a)", in: other)
    symlink(other, path)
    #expect(throws: Failure.self) { try engine.check() }
    #expect(throws: Failure.self) { try engine.backUp(into: sandbox.backup, hot: false) }
    symlink(sandbox.root, "\(sandbox.data)/out")
    let outside = SQLiteEngine(data: sandbox.data, path: "out/other.sqlite")
    let failure = #expect(throws: Failure.self) { try outside.check() }
    #expect(failure?.message.contains("outside the site's data") == true)
    #expect(throws: Failure.self) {
      try SQLiteEngine(data: sandbox.data, path: "../../other.sqlite").check()
    }
  }

  @Test func aLinkedDirectoryInsideTheDataIsFine() throws {
    try Files.makeDirectory("\(sandbox.data)/real")
    symlink("real", "\(sandbox.data)/db")
    try sandbox.sql("CREATE TABLE t(a)", in: "\(sandbox.data)/real/site.sqlite")
    let engine = SQLiteEngine(data: sandbox.data, path: "db/site.sqlite")
    try engine.check()
    #expect(engine.ownFiles.contains(TreePath("real/site.sqlite-wal")))
  }

  @Test func aLockedDatabaseIsNamed() throws {
    try sandbox.sql("CREATE TABLE t(a)", in: path)
    let writer = try sandbox.holding("BEGIN EXCLUSIVE", in: path)
    defer { writer.killNow() }
    let failure = #expect(throws: Failure.self) {
      try engine.backUp(into: sandbox.backup, hot: false)
    }
    #expect(failure?.message.contains("locked by another process") == true)
  }

  @Test func oddTablesAreCounted() throws {
    try sandbox.sql(
      """
      CREATE TABLE "a""b"(x); INSERT INTO "a""b" VALUES(1);
      CREATE TABLE "two\nlines"(x); CREATE TABLE [sel'ect](x PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE seq(i INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO seq VALUES(7);
      CREATE VIRTUAL TABLE words USING fts5(x); INSERT INTO words VALUES('hello');
      PRAGMA writable_schema=ON;
      INSERT INTO sqlite_master VALUES('table','gone','gone',0,'CREATE VIRTUAL TABLE gone USING nomodule(x)');
      """, in: path)
    try engine.check()
    let counts = try engine.backUp(into: sandbox.backup, hot: false).counts
    #expect(counts["a\"b"] == 1)
    #expect(counts["two\nlines"] == 0)
    #expect(counts["sel'ect"] == 0)
    #expect(counts["words_content"] == 1)
    #expect(counts["words"] == nil && counts["sqlite_sequence"] == nil && counts["gone"] == nil)
  }

  @Test func rulesThatOnlyTheApplicationKnowsDoNotPreventABackup() throws {
    try sandbox.sql(
      "CREATE TABLE t(a, b); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1,2)", in: path)
    try sandbox.sql(
      """
      PRAGMA writable_schema=ON;
      UPDATE sqlite_master SET sql='CREATE TABLE t(a COLLATE mine, b CHECK(fn(b)))' WHERE name='t';
      UPDATE sqlite_master SET sql='CREATE INDEX i ON t(fn(a))' WHERE name='i';
      """, in: path)
    try engine.check()
    #expect(try engine.backUp(into: sandbox.backup, hot: false).counts == ["t": 1])
  }

  @Test func aDamagedDatabaseIsNotBackedUp() throws {
    try sandbox.sql("PRAGMA page_size=512; \(Self.thousandRows)", in: path)
    var bytes = try sandbox.bytes(path)
    for page in 20..<60 {
      bytes.replaceSubrange(page * 512..<page * 512 + 8, with: [9, 9, 9, 9, 9, 9, 9, 9])
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(throws: Failure.self) { try engine.check() }
    #expect(throws: Failure.self) { try engine.backUp(into: sandbox.backup, hot: false) }
  }
}
