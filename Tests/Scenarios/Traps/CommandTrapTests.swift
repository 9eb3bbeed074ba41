import Foundation
import Testing

/// Commands of an app that fail without a word, or with too many.
@Suite struct CommandTrapTests {
  @Test func exitZeroAndHalfDone() throws {
    let trap = try Trap(
      [
        "bin/update": """
        #!/bin/sh
        database=$LEAPFROG_SITE_DATA/data/site.sqlite
        sqlite3 "$database" < migrations/2-slugs.sql
        sqlite3 "$database" 'PRAGMA user_version = 2'
        echo Finished performing updates.
        exit 0

        """
      ], base: "v4")
    try trap.expectCaught("one.example.com still has updates pending on green")
  }

  @Test func endedByASignal() throws {
    let trap = try Trap(Update.script("echo half; kill -SEGV $$"))
    try trap.expectCaught("was ended by signal 11", "half")
  }

  @Test func outOfMemory() throws {
    let trap = try Trap(
      Update.script("ulimit -v 200000; exec python3 -c 'x = bytearray(1 << 32)'"))
    try trap.expectCaught("exited with status 1", "MemoryError")
  }

  @Test func aParentThatEndsWellWhileItsChildWasKilled() throws {
    let trap = try Trap(
      Update.script("sh -c 'kill -KILL $$' | cat; sqlite3 \"$database\" 'PRAGMA user_version = 1'"))
    try trap.expectCaught("still has updates pending")
  }

  /// The pipe is never full, and what is kept has its limit.
  @Test func tenGigabytesOfOutput() throws {
    let trap = try Trap(
      Update.script("head -c 10G /dev/zero; echo; echo this was too much; exit 9"))
    try trap.expectCaught(within: 300, "exited with status 9", "this was too much")
    #expect(try trap.output.count < 9 << 20)
  }

  @Test func aStatusCommandThatHangs() throws {
    let trap = try Trap { farm in
      try farm.configure(
        extra: "    command_timeout: 8", siteExtra: "          status: [sleep, '300']")
    }
    try trap.expectCaught("sleep 300", "8 seconds")
  }

  @Test func aPendingCommandThatIsNotThereAnyMore() throws {
    let trap = try Trap(["bin/pending": "#!/bin/no-such-interpreter\n"])
    try trap.expectCaught("bin/pending")
  }
}
