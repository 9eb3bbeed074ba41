import Foundation
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

@Suite struct MariaDBEngineTests {
  private func setting(
    grantingAside: Bool = true, filled: Bool = true
  ) throws -> (ServedSetting, MariaDBDatabase) {
    let database = try MariaDBDatabase(.shared(), filled: filled)
    if grantingAside { try database.grantAside() }
    let setting = try ServedSetting(ServerFixture(testDescription: "") { database })
    return (setting, database)
  }

  private func engine(
    _ setting: ServedSetting, patience: Int = 60, lockPatience: Int = 20
  ) throws -> MariaDBEngine {
    var engine = try #require(setting.engine as? MariaDBEngine)
    (engine.patience, engine.lockPatience) = (patience, lockPatience)
    return engine
  }

  @Test func theFailedStateIsInADatabaseOfItsOwnUntilRetentionEnds() throws {
    let (setting, database) = try setting()
    let record = try setting.backUp()
    try database.damage()
    try setting.restore(record)
    let asides = try database.asides()
    #expect(asides.count == 1)
    let aside = try #require(asides.first)
    #expect(
      try database.server.sql("SHOW TABLES LIKE 'made%'", in: aside).contains("made_sequence"))
    // The update dropped `child`, and `page` referred to it: nothing of it may bind the table that is back.
    let keys = "SELECT COUNT(*) FROM information_schema.INNODB_SYS_FOREIGN"
    #expect(
      try database.server.sql(
        "\(keys) WHERE FOR_NAME LIKE '\(aside)/%' AND REF_NAME LIKE '\(database.name)/%'") == "0")
    try setting.engine.pruneAside(olderThan: 1)
    #expect(try database.asides() == asides)
    sleep(1)
    try setting.engine.pruneAside(olderThan: 0)
    #expect(try database.asides().isEmpty)
  }

  @Test func aLockOfSomebodyElseInTheDumpIsToldAfterAWhile() throws {
    let (setting, database) = try setting()
    let holder = try database.holding("LOCK TABLES page WRITE")
    defer { holder.killNow() }
    let failure = #expect(throws: Failure.self) {
      try engine(setting, patience: 1, lockPatience: 2).backUp(
        into: setting.sandbox.backup, hot: false)
    }
    #expect(failure?.message.contains("stood still for 1 seconds") == true)
    #expect(failure?.message.contains("other connections to it") == true)
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }

  @Test func anOpenTransactionDoesNotKeepTheFailedStateInPlace() throws {
    let (setting, database) = try setting()
    let before = try database.contents()
    let record = try setting.backUp()
    try database.damage()
    let holder = try database.holding("BEGIN; SELECT COUNT(*) FROM page")
    defer { holder.killNow() }
    // Another connection may not be gone yet.
    #expect(try eventually { try setting.engine.activity()?.busy == 1 })
    try engine(setting, lockPatience: 1)
      .restore(record, from: setting.sandbox.backup, aside: setting.sandbox.aside)
    #expect(try database.contents() == before)
  }

  @Test func aWriteDuringTheDumpIsFound() throws {
    let (setting, database) = try setting()
    let over = "\(setting.sandbox.root)/over"
    let isOver = Background {
      for _ in 0..<400 where !Files.exists(over) {
        try database.server.sql("INSERT INTO page (body) VALUES ('late')", in: database.name)
      }
    }
    let failure = #expect(throws: Failure.self) { try setting.backUp() }
    try Files.create([], at: over)
    _ = isOver.outcome()
    #expect(failure?.message.contains("was written to while it was backed up: page") == true)
  }

  @Test func whatTheUserCouldNotMakeAgainIsRefusedBeforeTheSiteCloses() throws {
    let (setting, database) = try setting(grantingAside: false)
    try database.server.sql("CREATE PROCEDURE roots() SELECT 1", in: database.name)
    let failure = #expect(throws: Failure.self) { try setting.engine.check() }
    #expect(failure?.message.contains("the routine roots") == true)
    #expect(failure?.remedy?.hasPrefix("GRANT SET USER ON *.* TO") == true)
  }

  @Test func aUserThatMayOnlyReadIsRefused() throws {
    let (setting, database) = try setting(grantingAside: false)
    let user = try #require(database.spec.user)
    try database.server.sql(
      "REVOKE ALL ON \(database.name).* FROM \(user); GRANT SELECT ON \(database.name).* TO \(user)"
    )
    let failure = #expect(throws: Failure.self) { try setting.engine.check() }
    #expect(failure?.message.contains("it lacks INSERT, CREATE, DROP") == true)
  }

  @Test func whatHasLostItsDefinerComesBack() throws {
    let (setting, database) = try setting()
    try database.server.sql(
      """
      CREATE USER gone2; CREATE DEFINER=gone2 VIEW orphan AS SELECT * FROM page; CREATE DEFINER=gone2 PROCEDURE orphan() SELECT 1;
      CREATE DEFINER=gone2 TRIGGER orphan BEFORE INSERT ON zero FOR EACH ROW SET @a = 1;
      GRANT SELECT ON mysql.proc TO \(database.spec.user ?? ""); DROP USER gone2
      """, in: database.name)
    let before = try database.contents()
    let record = try setting.backUp()
    try database.damage()
    try setting.restore(record)
    #expect(try database.contents() == before)
  }

  @Test(.enabled(if: geteuid() == 0)) func aFullDiskIsNamedAndLeavesNothing() throws {
    let (setting, database) = try setting()
    try database.addRandomRows(4000)
    try #require(try setting.sandbox.mountSmallDisk(at: setting.sandbox.backup))
    defer { setting.sandbox.unmount(setting.sandbox.backup) }
    let failure = #expect(throws: Failure.self) { try setting.backUp() }
    #expect(failure?.message.contains("database.sql.zst: No space left on device") == true)
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }

  @Test func aPasswordFromAnOptionFile() throws {
    let (setting, database) = try setting()
    let file = "\(setting.sandbox.data)/client.cnf"
    let text = database.password.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    try Files.create(Array("[client]\npassword=\"\(text)\"\n".utf8), at: file)
    var spec = database.spec
    for path in [file, "client.cnf"] {
      spec.password = .file(path)
      try Engines.engine(for: .server(spec), data: setting.sandbox.data).check()
    }
  }

  @Test func rowsAreNeverToldInAnError() {
    for line in [
      "insert into a values(1,'row')", "--------------",
      "ERROR 1062 (23000) at line 4: Duplicate entry 'row' for key 'PRIMARY'",
      "ERROR 1064 (42000) at line 1: You have an error near 'VALUES ('row')' at line 1",
    ] {
      #expect(MariaDBMessage.tellable(line)?.contains("row") != true)
    }
    let denied = "ERROR 1045 (28000): Access denied for user 'u'@'localhost' (using password: YES)"
    #expect(MariaDBMessage.tellable(denied) == denied)
  }
}
