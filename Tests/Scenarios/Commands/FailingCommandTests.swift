import Foundation
import Testing

/// Commands of an app that fail in other ways than with an exit status: each site is back, serving.
@Suite struct FailingCommandTests {
  private let site = "one.example.com"

  private func farm(_ extra: String = "", _ files: [String: String]) throws -> Farm {
    let farm = try Farm(sites: [site], extra: extra)
    try farm.must("init", "acme", "v1")
    try farm.commit("bad", on: "v2", files)
    return farm
  }

  /// Upgrades to the bad tag; everything is as before.
  private func expectBack(_ farm: Farm, saying words: String) throws {
    let before = try Data(contentsOf: farm.database(site))
    let outcome = try farm.leapfrog("upgrade", "acme", "bad")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.text.contains(words), "\(outcome.text)")
    #expect(try farm.platform(site) == "blue")
    #expect(try farm.page(site).contains("version 1"))
    #expect(try Data(contentsOf: farm.database(site)) == before)
    #expect(try farm.closedSites().isEmpty)
  }

  @Test func aBuildThatFailsMovesNothing() throws {
    let build = "    build: 'echo no compiler here; test ! -e fail'"
    try expectBack(try farm(build, ["fail": ""]), saying: "no compiler here")
  }

  @Test func anUpdateThatHangsIsEnded() throws {
    let update = """
      #!/bin/sh
      sqlite3 "$LEAPFROG_SITE_DATA/data/site.sqlite" 'DROP TABLE post'
      sleep 600

      """
    let farm = try farm("", ["bin/update": update])
    try farm.configure(extra: "    command_timeout: 8")
    try expectBack(farm, saying: "8 s")
  }

  @Test func anUpdateThatSaysNothingOfItsFailureIsFoundOut() throws {
    let update = "#!/bin/sh\nsqlite3 \"$LEAPFROG_SITE_DATA/data/site.sqlite\" 'DELETE FROM post'\n"
    try expectBack(try farm("", ["bin/update": update]), saying: "still has updates pending")
  }

  @Test func whatAnUpdateLeavesRunningIsEnded() throws {
    let update = """
      #!/bin/sh
      setsid sh -c 'echo $$ > ../daemon; exec sleep 301' > /dev/null 2>&1 < /dev/null &
      while [ ! -s ../daemon ]; do sleep 0.05; done

      """
    let farm = try farm("", ["bin/update": update, "bin/pending": "#!/bin/sh\n"])
    let outcome = try farm.leapfrog("upgrade", "acme", "bad")
    let id = try String(contentsOf: farm.inRoot("daemon"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let number = try #require(pid_t(id))
    defer { kill(number, SIGKILL) }
    try farm.wait(60) { kill(number, 0) != 0 }
    #expect(try farm.platform(site) == (outcome.status == 0 ? "green" : "blue"))
    #expect(try farm.closedSites().isEmpty)
  }
}
