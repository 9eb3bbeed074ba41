import Foundation
import RealServers
import Testing

/// What goes wrong without a word around a PostgreSQL database.
@Suite struct PostgreSQLTrapTests {
  private func trap(
    _ files: [String: String] = [:], extra: String = "", siteExtra: String = ""
  ) throws -> ServerTrap {
    try ServerTrap(.postgresql(.shared()), files, extra: extra, siteExtra: siteExtra)
  }

  @Test(arguments: [
    ("\"$real\" \"$@\" | head -c 2000000", "cut"), ("\"$real\" \"$@\"; exit 3", "status 3"),
  ])
  func aDumpThatIsNotWhole(script: String, words: String) throws {
    let trap = try trap()
    try trap.replace("pg_dump", script)
    try trap.expectCaught(words)
    try trap.expectNoUpdate()
  }

  @Test func aConnectionThatIsEndedInTheDump() throws {
    let trap = try trap()
    let end =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY %'"
      + " AND datname = current_database()"
    try trap.replace(
      "pg_dump",
      "\"$real\" \"$@\" | { head -c 2000; echo \"\(end)\" | \(trap.kind.admin) >&2; cat; }\nexit 0")
    try trap.expectCaught("backup failed")
    try trap.expectNoUpdate()
  }

  @Test func wrongCredentialsOnTheNewSide() throws {
    let kind = try ServerTrap.Kind.postgresql(.shared())
    let wrong = kind.client.replacingOccurrences(of: "$TRAP_PASSWORD", with: "wrong")
    let trap = try ServerTrap(
      kind, ["bin/client": wrong, "bin/update": "#!/bin/sh\n./bin/client < /dev/null || true\n"])
    try trap.expectCaught("bin/pending", "password authentication failed")
  }

  @Test func aConnectionOfTheAppThatIsStillOpen() throws {
    let trap = try trap(extra: "    drain: 1")
    let worker = try OpenClient(
      trap, "BEGIN; UPDATE post SET title = 'x' WHERE id = 1; SELECT 1")
    try trap.expectCaught("is still in use 1 s after the site was closed, by trap")
    worker.end()
    try trap.expectNoUpdate()
  }

  /// `psql` goes on after an error and says that all is well.
  @Test func anUpdateThatFailsHalfWayWithStatusZero() throws {
    let update = """
      #!/bin/sh
      printf 'DELETE FROM post;\\nSELECT nonsense;\\nUPDATE state SET version = 1;\\n' |
        sed 's/^//' | PGPASSWORD=$TRAP_PASSWORD bin/client || true
      exit 0

      """
    let trap = try trap(["bin/update": update])
    try trap.expectCaught("still has updates pending")
  }
}
