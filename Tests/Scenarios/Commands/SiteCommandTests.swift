import Foundation
import Glibc
import Testing

/// Sites that come and go, their backups, and commands in them.
@Suite struct SiteCommandTests {
  private let farm: Farm
  private let one = "one.example.com"
  private let two = "two.example.com"

  init() throws {
    farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
  }

  @Test func aSiteIsAddedWhereTheOthersAreAndRemovedWithoutItsData() throws {
    try farm.must("upgrade", "acme", "v2")
    try farm.configure(sites: [one, two])
    let listed = try farm.leapfrog("site", "list", "acme")
    #expect(listed.output.contains("not seated"), "\(listed.text)")
    try farm.must("site", "add", "acme", two)
    #expect(try farm.platform(two) == "green")
    #expect(try farm.page("www.\(two)").contains("version 2"))
    #expect(try farm.sql(two, "SELECT slug FROM post") == "welcome")
    try farm.must("backup", "acme", "--site", two)
    try farm.must("site", "remove", "acme", two, "--yes")
    #expect(throws: (any Error).self) { try farm.page(two) }
    #expect(throws: (any Error).self) { try farm.platform(two) }
    #expect(try farm.sql(two, "SELECT slug FROM post") == "welcome")
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: farm.inRoot("backups/\(two)").path)
    #expect(!kept.isEmpty)
    #expect(try farm.page(one).contains("version 2"))
    _ = try farm.sql(two, "UPDATE post SET title = 'Kept'")
    try farm.must("site", "add", "acme", two)
    #expect(try farm.sql(two, "SELECT title FROM post") == "Kept")
  }

  /// As from a shell: who writes to a pipe that nobody reads ends.
  @Test func aPipelineOfACommandEnds() throws {
    let endless = "while :; do echo x || exit; done | head -n 1"
    let ended = try farm.leapfrog("exec", one, "--", "timeout", "30", "sh", "-c", endless)
    #expect(ended.status == 0 && ended.output == "x\n", "\(ended.text)")
    #expect(!ended.error.contains("Broken pipe"), "\(ended.text)")
  }

  /// A pipe in place of a file would be waited for.
  @Test func aDatabaseThatIsNoFileIsToldAtOnce() throws {
    let pipe = farm.database(one).path + "-journal"
    #expect(try Shell.run("/usr/bin/mkfifo", [pipe], in: farm.directory).status == 0)
    let upgrade = try farm.leapfrog("upgrade", "acme", "v2")
    #expect(upgrade.status == 1, "\(upgrade.text)")
    #expect(upgrade.text.contains("site.sqlite-journal is no file"), "\(upgrade.text)")
    #expect(try farm.page(one).contains("version 1"))
  }

  /// Whom commands run as must not become root for a failure.
  @Test(.enabled(if: geteuid() == 0)) func aDirectoryOfTheOperatorsStays() throws {
    try farm.configure(sites: [one, two])
    let data = farm.data(two).path
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    chown(data, 65534, 65534)
    let failed = try farm.leapfrog(
      "site", "add", "acme", two,
      environment: ["LEAPFROG_FAILPOINTS": "flip.rename.before:error"])
    #expect(failed.status == 1, "\(failed.text)")
    let owner = try FileManager.default.attributesOfItem(atPath: data)[.ownerAccountID] as? Int
    #expect(owner == 65534)
  }

  @Test func aSiteThatLeftTheConfigurationStopsAnUpgradeBeforeAnythingIsStaged() throws {
    try farm.must("upgrade", "acme", "v2")
    try farm.configure(sites: [two])
    let status = try farm.leapfrog("status", "acme")
    let added = "\(NSUserName()) added it at 2"
    #expect(
      status.output.contains("\(one) of acme is live here and not in this leapfrog.yml; \(added)"))
    #expect(!status.output.contains("site remove"), "\(status.text)")
    #expect(status.output.contains("leapfrog site add acme \(two)"), "\(status.text)")
    let plan = try farm.leapfrog("plan", "acme", "v4")
    #expect(plan.output.contains("upgrade would be refused: \(one) of acme"), "\(plan.text)")
    #expect(plan.output.contains("next: leapfrog site list acme"), "\(plan.text)")
    let upgrade = try farm.leapfrog("upgrade", "acme", "v4")
    #expect(upgrade.status == 4, "\(upgrade.text)")
    #expect(upgrade.error.contains(added), "\(upgrade.text)")
    #expect(!upgrade.text.contains("site remove"), "\(upgrade.text)")
    try farm.configure(sites: [one])
    try farm.must("rollback", "acme", "--yes")
    #expect(try farm.page(one).contains("version 1"))
  }

  /// A colleague's site is live, and this leapfrog.yml is older than that.
  @Test func aStaleConfigurationIsNeverAdvisedToRemoveALiveSite() throws {
    try farm.configure(sites: [one, two])
    try farm.must("site", "add", "acme", two)
    try farm.configure(sites: [one])
    for words in [["status", "acme"], ["plan", "acme", "v4"], ["upgrade", "acme", "v4"]] {
      let told = try farm.leapfrog(words)
      let named =
        /two.example.com of acme is live here and not in this leapfrog.yml; (\S+) added it at 2/
      #expect(try named.firstMatch(in: told.text)?.1 == NSUserName()[...], "\(told.text)")
      #expect(told.text.contains("(release 2)"), "\(told.text)")
      #expect(!told.text.contains("site remove"), "\(told.text)")
    }
    #expect(try farm.page(two).contains("version 1"))
  }

  @Test func aSiteThatWasAddedLaterDoesNotBarTheWayBackOfTheOthers() throws {
    try farm.must("upgrade", "acme", "v2")
    try farm.configure(sites: [one, two])
    try farm.must("site", "add", "acme", two)
    let refused = try farm.leapfrog("rollback", "acme", "--yes")
    #expect(refused.status == 4, "\(refused.text)")
    let remedy = "leapfrog rollback acme --site \(one)`"
    #expect(refused.error.contains(remedy), "\(refused.text)")
    try farm.must("rollback", "acme", "--site", one, "--yes")
    #expect(try farm.platform(one) == "blue")
    #expect(try farm.platform(two) == "green")
  }

  @Test func aSiteThatNobodyHasIsNotAskedAbout() throws {
    for command in ["add", "remove"] {
      let outcome = try farm.leapfrog("site", command, "acme", two)
      #expect(outcome.status == 2, "\(outcome.text)")
      #expect(outcome.error.contains("acme has no site \(two)"), "\(outcome.text)")
    }
  }

  @Test func aPlanOfOlderCodeSaysWhatItLeavesBehind() throws {
    try farm.must("upgrade", "acme", "v2")
    let plan = try farm.leapfrog("plan", "acme", "v1")
    #expect(plan.output.contains("leaves 1 commit of now behind"), "\(plan.text)")
    let ahead = try farm.leapfrog("plan", "acme", "v3")
    #expect(!ahead.output.contains("behind"), "\(ahead.text)")
  }

  @Test func aBackupBringsDatabaseAndFilesBack() throws {
    let file = farm.data(one).appendingPathComponent("files/a.txt")
    try Data("first".utf8).write(to: file)
    try farm.must("backup", "acme")
    try Data("second".utf8).write(to: file)
    _ = try farm.sql(one, "DELETE FROM post")
    let asked = try farm.leapfrog("restore", "acme", one)
    #expect(asked.status == 4, "\(asked.text)")
    #expect(asked.error.contains("--yes"), "\(asked.text)")
    #expect(try farm.sql(one, "SELECT count(*) FROM post") == "0")
    try farm.must("restore", "acme", one, "--yes")
    #expect(try farm.sql(one, "SELECT count(*) FROM post") == "1")
    #expect(try String(contentsOf: file, encoding: .utf8) == "first")
    #expect(try farm.closedSites().isEmpty)
    let all = try farm.json("backups", "acme", "--site", one)["backups"] as? [[String: Any]]
    #expect(all?.count == 2, "the present state was backed up first")
  }

  // MARK: exec

  @Test func aCommandRunsWhereTheSiteIs() throws {
    try farm.must("upgrade", "acme", "v2")
    let text = "pwd; echo $LEAPFROG_SITE $LEAPFROG_PAIR $LEAPFROG_REF; cat index.html; exit 7"
    for name in [one, "www.\(one)"] {
      let outcome = try farm.leapfrog("exec", name, "--", "sh", "-c", text)
      #expect(outcome.status == 7, "\(outcome.text)")
      #expect(outcome.output.contains("/root/green\n"), "\(outcome.text)")
      #expect(outcome.output.contains("\(one) acme v2\n"), "\(outcome.text)")
      #expect(outcome.output.contains("version 2"), "\(outcome.text)")
    }
    let killed = try farm.leapfrog("exec", one, "--", "sh", "-c", "kill -9 $$")
    #expect(killed.status == 128 + 9)
    let odd = try farm.leapfrog("exec", one, "--", "printf", "%s|", "a b", "$(id)", "--json")
    #expect(odd.output == "a b|$(id)|--json|", "\(odd.text)")
    let missing = try farm.leapfrog("exec", one, "--", "no-such-program")
    #expect(missing.status != 0 && missing.error.contains("no-such-program"), "\(missing.text)")
  }

  @Test func aCommandIsDeclinedInAMigrationAndMayWait() throws {
    let gate = farm.directory.appendingPathComponent("gate")
    try farm.commit(
      "slow", on: "v2",
      [
        "bin/update": """
        #!/bin/sh
        touch \(gate.path).begun
        for n in $(seq 1000); do [ -e \(gate.path) ] && exit 0; sleep 0.1; done

        """, "bin/pending": "#!/bin/sh\n",
      ])
    let upgrade = try farm.start(["upgrade", "acme", "slow"])
    defer { upgrade.terminate() }
    try farm.wait(30) { FileManager.default.fileExists(atPath: gate.path + ".begun") }
    try farm.refused(["exec", one, "--", "true"], 4, naming: one, "--wait")
    #expect(try farm.closedSites() == [one])
    let waiting = try Shell.start(
      Shell.products.appendingPathComponent("leapfrog").path,
      ["exec", "--wait", "60", one, "--", "cat", "index.html"], in: farm.directory,
      environment: farm.environment,
      output: farm.directory.appendingPathComponent("waited.out"),
      error: farm.directory.appendingPathComponent("waited.err"))
    try Data().write(to: gate)
    upgrade.waitUntilExit()
    waiting.waitUntilExit()
    #expect(upgrade.terminationStatus == 0 && waiting.terminationStatus == 0)
    let page = farm.directory.appendingPathComponent("waited.out")
    #expect(try String(contentsOf: page, encoding: .utf8).contains("version 2"))
    #expect(try farm.platform(one) == "green")
  }
}
