import Foundation
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

/// Faults that end a server or fill a disk, each on a server of its own.
@Suite struct PostgreSQLFaultTests {
  typealias Setting = PostgreSQLEngineTests.Setting

  private func filled(_ server: PostgreSQLServer) throws -> Setting {
    let setting = try Setting(on: server, filled: false)
    try setting.database.sql(
      """
      CREATE TABLE big AS SELECT i, md5(i::text) || md5((-i)::text) AS t
      FROM generate_series(1, 600000) i
      """)
    return setting
  }

  @Test func aServerThatDiesInADumpLeavesNoBackup() throws {
    let server = try PostgreSQLServer()
    let setting = try filled(server)
    let path = "\(setting.sandbox.backup)/database.dump.zst"
    let pid = try server.pid()
    let killer = Background {
      while (FileStatus(path)?.size ?? 0) < 100_000 { usleep(500) }
      kill(pid, SIGQUIT)
    }
    let failure = #expect(throws: Failure.self) { try setting.backUp() }
    try killer.outcome().get()
    #expect(
      failure?.message.contains(setting.database.name) == true, "\(String(describing: failure))")
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }

  /// A crash of one session makes the server throw out all, and begin anew.
  @Test func aServerThatDiesInARestoreLeavesTheDatabaseAsItWas() throws {
    let server = try PostgreSQLServer()
    let setting = try filled(server)
    let record = try setting.backUp()
    try setting.database.sql("CREATE TABLE later(i int); DELETE FROM big WHERE i > 5")
    let before = try setting.database.contents()
    let restoring = try setting.names().restoring
    let killer = Background { try? server.sql(Self.killing("datname = '\(restoring)'")) }
    #expect(throws: Failure.self) { try setting.restore(record) }
    _ = killer.outcome()
    try wait { (try? server.sql("SELECT 1")) == "1" }
    #expect(try setting.database.contents() == before)
    try setting.restore(record)
    #expect(try setting.engine.counts() == ["big": 600_000])
    #expect(try setting.database.aside().count == 1)
  }

  /// Kills the first session that loads a table, from one session that looks all the time: it would be over
  /// before a slow machine has started another client.
  private static func killing(_ which: String) -> String {
    """
    DO $$ DECLARE found int; BEGIN
      FOR n IN 1..20000 LOOP
        PERFORM pg_stat_clear_snapshot();
        SELECT min(pid) INTO found FROM pg_stat_activity WHERE \(which) AND query ~ '^COPY';
        EXIT WHEN found IS NOT NULL;
        PERFORM pg_sleep(0.003);
      END LOOP;
      EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'kill -KILL ' || found);
    END $$
    """
  }

  @Test func aFullDiskInADumpLeavesNoBackup() throws {
    let setting = try filled(try .shared())
    let path = setting.sandbox.backup
    try #require(try setting.sandbox.mountSmallDisk(at: path))
    defer { setting.sandbox.unmount(path) }
    let failure = #expect(throws: Failure.self) { try setting.backUp() }
    #expect(failure?.message.contains("No space left") == true, "\(String(describing: failure))")
    #expect(try Files.names(in: path).isEmpty)
    #expect(try setting.engine.counts() == ["big": 600_000])
  }

  private func wait(_ body: () -> Bool) throws {
    for _ in 0..<600 where !body() { usleep(50_000) }
    try #require(body())
  }
}
