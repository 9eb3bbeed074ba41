import Foundation
import Glibc
import RealServers
import Testing

/// What goes wrong without a word around a MariaDB database.
@Suite struct MariaDBTrapTests {
  private func trap(
    _ files: [String: String] = [:], extra: String = "", siteExtra: String = "",
    server: MariaDBServer? = nil, timeout: Int = 40
  ) throws -> ServerTrap {
    try ServerTrap(
      .mariadb(server ?? MariaDBServer.shared()), files, extra: extra, siteExtra: siteExtra,
      timeout: timeout)
  }

  /// Every pipe that a cut dump goes through says that all is well.
  @Test(arguments: [
    ("\"$real\" \"$@\" | head -c 2000000", "cut"),
    ("\"$real\" \"$@\" | grep -v '^-- Dump completed'", "cut"),
    ("\"$real\" \"$@\"; exit 3", "exited with status 3"),
    ("\"$real\" \"$@\"; kill -KILL $$", "signal 9"),
  ])
  func aDumpThatIsNotWhole(script: String, words: String) throws {
    let trap = try trap()
    try trap.replace("mariadb-dump", script)
    try trap.expectCaught("backup failed", words)
    try trap.expectNoUpdate()
  }

  @Test func aServerThatDiesInTheDump() throws {
    let server = try MariaDBServer()
    let trap = try trap(server: server)
    try trap.replace(
      "mariadb-dump", "\"$real\" \"$@\" | { head -c 2000; kill -KILL \(server.pid); cat; }\nexit 0")
    let outcome = try trap.run("upgrade", "acme", "bad")
    #expect(outcome.status == 1 && outcome.text.contains("backup failed"), "\(outcome.text)")
    try server.crash()
    try server.restart()
    try trap.expectAsBefore("\(outcome.text)")
    try trap.expectNoUpdate()
  }

  /// Nothing can be put back while there is no server, so the site stays closed until somebody looks.
  @Test func aServerThatDiesInTheUpdate() throws {
    let server = try MariaDBServer()
    let update = """
      #!/bin/sh
      echo 'DELETE FROM post; UPDATE state SET version = 2' | bin/client
      kill -KILL \(server.pid)
      exit 0

      """
    let trap = try trap(["bin/update": update], server: server)
    let outcome = try trap.run("upgrade", "acme", "bad")
    #expect(outcome.status == 5, "\(outcome.text)")
    #expect(try trap.farm.closedSites() == [trap.site])
    try server.crash()
    try server.restart()
    let resumed = try trap.run("resume", "acme")
    #expect(resumed.status == 1, "\(resumed.text)")
    try trap.expectAsBefore("\(resumed.text)")
  }

  @Test func aTableWithoutTransactionsThatIsWrittenToMeanwhile() throws {
    let trap = try trap()
    _ = try trap.kind.sql("CREATE TABLE note (x INT) ENGINE = MyISAM; INSERT INTO note VALUES (1)")
    try trap.replace(
      "mariadb-dump",
      "\"$real\" \"$@\"; end=$?; echo 'INSERT INTO note VALUES (2)' | \(trap.kind.admin); exit $end"
    )
    try trap.expectCaught("was written to while it was backed up: note")
    #expect(try trap.kind.sql("SELECT count(*) FROM note") == "3", "it was tried twice")
    try trap.expectNoUpdate()
  }

  @Test(.enabled(if: getuid() == 0)) func aDiskThatFillsInTheDump() throws {
    let trap = try trap(
      siteExtra: "          close: 'cat /dev/zero > ../backups/fill 2> /dev/null; true'")
    let mount = try Mount(trap.farm.inRoot("backups"), megabytes: 24)
    try trap.expectCaught("No space left on device")
    try trap.expectNoUpdate()
    withExtendedLifetime(mount) {}
  }

  /// The new code brings settings of its own, and its update says nothing of it.
  @Test func wrongCredentialsOnTheNewSide() throws {
    let kind = try ServerTrap.Kind.mariadb(.shared())
    let wrong = kind.client.replacingOccurrences(of: "$TRAP_PASSWORD", with: "wrong")
    let trap = try ServerTrap(
      kind, ["bin/client": wrong, "bin/update": "#!/bin/sh\n./bin/client < /dev/null || true\n"])
    try trap.expectCaught("bin/pending", "Access denied")
  }

  /// A worker that nobody stopped is in the middle of a transaction.
  @Test func aConnectionOfTheAppThatIsStillOpen() throws {
    let trap = try trap(extra: "    drain: 1")
    let worker = try OpenClient(
      trap,
      "START TRANSACTION; SELECT 1 FROM post LIMIT 1; UPDATE post SET title = 'x' WHERE id = 1")
    try trap.expectCaught("is still in use 1 s after the site was closed, by trap")
    worker.end()
    try trap.expectNoUpdate()
  }

  /// Another session of the update's own holds the table that it changes.
  @Test func aMetadataLockInTheUpdate() throws {
    let update = """
      #!/bin/sh
      (echo 'START TRANSACTION; SELECT 1 FROM post LIMIT 1; DO SLEEP(200);' | bin/client) > ../locked &
      while [ ! -s ../locked ]; do sleep 0.05; done
      echo 'UPDATE state SET version = 2; ALTER TABLE post ADD slug INT' | bin/client

      """
    let trap = try trap(["bin/update": update], timeout: 15)
    try trap.expectCaught("bin/update", "did not finish within 15 seconds")
  }
}
