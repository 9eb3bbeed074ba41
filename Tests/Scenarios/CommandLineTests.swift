import Foundation
import Testing

/// The command line itself: what is printed, where, and with which status.
@Suite struct CommandLineTests {
  @Test func aReaderThatGoesAwayDoesNotEndTheFollower() throws {
    let farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    let leapfrog = Shell.products.appendingPathComponent("leapfrog").path
    let outcome = try Shell.run(
      "/bin/bash",
      ["-c", "\"$0\" upgrade acme v2 --json | head -1; exit ${PIPESTATUS[0]}", leapfrog],
      in: farm.directory, environment: farm.environment)
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.output.split(separator: "\n").count == 1)
    #expect(try farm.platform("one.example.com") == "green")
  }

  @Test func wrongCommandLinesAreToldLikeAnyFailure() throws {
    let farm = try Farm(sites: ["one.example.com"])
    let cases: [([String], String)] = [
      (["upgrad", "acme"], "there is no command `upgrad`; did you mean `upgrade`?"),
      (["site", "shwo"], "there is no command `site shwo`; did you mean `show`?"),
      (["--config", "x", "status"], "--config comes after the command"),
      (["upgrade", "acme"], "missing expected argument '<ref>'; run `leapfrog upgrade --help`"),
      (["status", "--jsn"], "unknown option '--jsn'; did you mean '--json'?"),
    ]
    for (arguments, text) in cases {
      let outcome = try farm.leapfrog(arguments)
      #expect(outcome.status == 2, "\(outcome.text)")
      #expect(outcome.error.hasPrefix("leapfrog: \(text)"), "\(outcome.text)")
    }
  }

  @Test func aDividedPairHasAWayBack() throws {
    let farm = try Farm(sites: ["one.example.com", "two.example.com", "three.example.com"])
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    try farm.must("rollback", "acme", "--site", "one.example.com", "--yes")
    #expect(try farm.leapfrog("status").output.contains("next: leapfrog rollback acme"))
    try farm.must("rollback", "acme", "--yes")
    for site in farm.sites { #expect(try farm.platform(site) == "blue") }
  }

  @Test func aPullWithoutNewsLeavesTheWayBack() throws {
    let farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    try farm.must("pull", "acme")
    try farm.must("rollback", "acme", "--yes")
    #expect(try farm.platform("one.example.com") == "blue")
  }

  @Test func execHandsOnOnlyTheSitesOwnEnvironment() throws {
    let farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    let outcome = try farm.leapfrog("exec", "one.example.com", "--", "env")
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.output.contains("LEAPFROG_SITE=one.example.com"))
    #expect(!outcome.output.contains("LEAPFROG_STATE="))
  }

  @Test(.enabled(if: geteuid() == 0)) func execTakesTheHomeOfTheOwner() throws {
    let farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    let owned = try Shell.run(
      "/bin/chown", ["-R", "nobody", farm.data("one.example.com").path], in: farm.directory)
    #expect(owned.status == 0)
    let outcome = try farm.leapfrog(
      "exec", "one.example.com", "--", "sh", "-c", "id -un; echo $HOME")
    #expect(outcome.output == "nobody\n/nonexistent\n", "\(outcome.text)")
  }
}
