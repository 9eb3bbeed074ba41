import Foundation
import Glibc
import RealServers
import Testing

/// One release on several hosts, of which something fails.
@Suite struct SpreadReleaseTests {
  @Test func theRefIsResolvedOnceForAll() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]], extra: "    hosts_at_once: 1")
    let controller = fleet.controller
    try fleet.must("init", "acme", "v1")
    try controller.git("checkout", "-q", "-B", "main", "v2")
    try fleet.hold("a.web1.example.com", on: "web1")
    let upgrade = try fleet.running(["upgrade", "acme", "main"])
    try controller.wait(60) { try fleet.hasBegun("a.web1.example.com", on: "web1") }
    try controller.git("reset", "-q", "--hard", "v4")
    try fleet.letGo("a.web1.example.com", on: "web1")
    let end = upgrade.end()
    #expect(end.status == 0, "\(end.text)")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"]])
  }

  @Test func leavingChangesNothingOnAnyHost() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.hold("a.web2.example.com", on: "web2")
    let upgrade = try fleet.running(["upgrade", "acme", "v2"])
    try fleet.controller.wait(60) {
      try upgrade.text.contains("web1: upgrade to v2: done")
        && fleet.hasBegun("a.web2.example.com", on: "web2")
    }
    kill(upgrade.process.processIdentifier, SIGINT)
    let end = upgrade.end(within: 60)
    #expect(end.status == 130, "\(end.text)")
    #expect(end.error.components(separatedBy: "the work goes on by itself").count == 2)
    try fleet.letGo("a.web2.example.com", on: "web2")
    try fleet.must("events", "acme", "--follow")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"]])
  }

  @Test(arguments: ["resume", "abort"])
  func whatWasInterruptedOnOneHostIsTakenUpThere(_ command: String) throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"], "web3": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.hold("a.web2.example.com", on: "web2")
    let upgrade = try fleet.running(["upgrade", "acme", "v2"])
    try fleet.controller.wait(60) { try fleet.hasBegun("a.web2.example.com", on: "web2") }
    kill(try fleet.worker(on: "web2"), SIGKILL)
    try fleet.letGo("a.web2.example.com", on: "web2")
    #expect(upgrade.end().status != 0)
    try fleet.must(command, "acme")
    let version = command == "resume" ? "v2" : "v1"
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": [version], "web3": ["v2"]])
    #expect(try fleet.isOpen())
    let nothing = try fleet.leapfrog(command, "acme")
    #expect(nothing.status == 4)
    #expect(
      nothing.error.contains(
        "nothing of acme is under way or was interrupted on web1, web2, web3; run `leapfrog status")
    )
  }

  // MARK: Canaries

  @Test(arguments: ["web2", "a.web2.example.com"])
  func theCanaryGoesFirstAndItsFailureStopsTheOthers(_ canary: String) throws {
    let fleet = try Fleet(
      ["web1": ["a"], "web2": ["a"], "web3": ["a"]], extra: "    canary: [\(canary)]")
    try fleet.must("init", "acme", "v1")
    try fleet.setBroken("a.web2.example.com", on: "web2")
    let before = try ["web1", "web3"].map { try Listing.of(fleet[$0].root) }
    let failed = try fleet.leapfrog("upgrade", "acme", "v3")
    #expect(failed.status == 1, "\(failed.text)")
    #expect(failed.output.contains("web2 failed; web1, web3 not begun"), "\(failed.text)")
    let after = try ["web1", "web3"].map { try Listing.of(fleet[$0].root) }
    for (one, other) in zip(before, after) { #expect(Listing.differences(one, other) == []) }
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v1"], "web3": ["v1"]])
    try fleet.setBroken("a.web2.example.com", on: "web2", false)
    let mended = try fleet.must("upgrade", "acme", "v3", "--json")
    let events = try mended.output.split(separator: "\n").map { try Farm.object($0) }
    let hosts = events.compactMap { $0["host"] as? String }
    let last = try #require(hosts.lastIndex(of: "web2"))
    #expect(!hosts[...last].contains { $0 != "web2" }, "\(hosts)")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3"], "web3": ["v3"]])
  }

  /// A branch that moved is not what is under way, though it has the same name.
  @Test(arguments: [[], ["--host", "web1"]])
  func anUpgradeThatGoesElsewhereIsNotAttachedTo(options: [String]) throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    let (controller, site) = (fleet.controller, "a.web1.example.com")
    try fleet.must("init", "acme", "v1")
    try controller.git("checkout", "-q", "-B", "main", "v2")
    try fleet.hold(site, on: "web1")
    let upgrade = try fleet.running(["upgrade", "acme", "main"])
    try controller.wait(60) { try fleet.hasBegun(site, on: "web1") }
    try controller.git("reset", "-q", "--hard", "v4")
    let (old, new) = (
      try controller.git("rev-parse", "v2^{commit}"), try controller.git("rev-parse", "v4^{commit}")
    )
    let second = try fleet.running(["upgrade", "acme", "main"] + options).end(within: 90)
    #expect(second.status == 4, "\(second.text)")
    #expect(second.error.contains(String(old.prefix(10))), "\(second.text)")
    #expect(second.error.contains(String(new.prefix(10))), "\(second.text)")
    try fleet.letGo(site, on: "web1")
    #expect(upgrade.end().status == 0)
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"]])
  }

  /// What is continued goes where it was planned to go, and so does who looks on.
  @Test func aContinuedUpgradeIsAttachedToThoughItsBranchMoved() throws {
    let fleet = try Fleet(["web1": ["a", "b"]])
    let (controller, site) = (fleet.controller, "b.web1.example.com")
    try fleet.must("init", "acme", "v1")
    try controller.git("checkout", "-q", "-B", "main", "v3")
    try fleet.setBroken(site, on: "web1")
    #expect(try fleet.leapfrog("upgrade", "acme", "main").status == 3)
    try fleet.setBroken(site, on: "web1", false)
    try fleet.hold(site, on: "web1")
    let upgrade = try fleet.running(["upgrade", "acme", "main", "--continue"])
    try controller.wait(60) { try fleet.hasBegun(site, on: "web1") }
    try controller.git("reset", "-q", "--hard", "v4")
    let second = try fleet.running(["upgrade", "acme", "main", "--continue"])
    try controller.wait(60) { second.text.contains("attached") }
    try fleet.letGo(site, on: "web1")
    let ends = [upgrade.end(), second.end()]
    #expect(ends.map(\.status) == [0, 0], "\(ends.map(\.text))")
    #expect(try fleet.versions() == ["web1": ["v3", "v3"]])
  }

  /// The others are asked what they had last, and no more.
  @Test func nothingIsPutOnAHostThatIsNotMeant() throws {
    let other = try SSHDServer(authorized: [SharedServer.made.get().key])
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]], servers: ["web2": other])
    try fleet.must("init", "acme", "v1", "--host", "web1")
    let done = try fleet.must("upgrade", "acme", "v2", "--host", "web1")
    #expect(!done.text.contains("web2"), "\(done.text)")
    #expect(!FileManager.default.fileExists(atPath: "\(other.home)/.local/share/leapfrog"))
  }

  // MARK: One number of failures for all

  @Test func whenTheFailuresAreUsedUpNoHostBeginsASite() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a", "b", "c"]])
    let (bad, good) = ("a.web1.example.com", "a.web2.example.com")
    try fleet.must("init", "acme", "v1")
    try fleet.setBroken(bad, on: "web1")
    try fleet.hold(bad, on: "web1")
    try fleet.hold(good, on: "web2")
    let upgrade = try fleet.running(["upgrade", "acme", "v3"])
    let controller = fleet.controller
    try controller.wait(60) {
      try fleet.hasBegun(bad, on: "web1") && fleet.hasBegun(good, on: "web2")
    }
    try fleet.letGo(bad, on: "web1")
    try controller.wait(60) { try fleet.isHalted(on: "web2") }
    try fleet.letGo(good, on: "web2")
    let end = upgrade.end()
    #expect(end.status == 3, "\(end.text)")
    #expect(end.output.contains("web2 partly done; web1 failed"), "\(end.text)")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v3", "v1", "v1"]])
    #expect(try !fleet.hasBegun("b.web2.example.com", on: "web2"))
    #expect(try fleet.isOpen())
    try fleet.setBroken(bad, on: "web1", false)
    try fleet.must("upgrade", "acme", "v3", "--continue")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3", "v3", "v3"]])
  }

  @Test func aHostThatHasItsTurnLaterIsNotBegun() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]], extra: "    hosts_at_once: 1")
    try fleet.must("init", "acme", "v1")
    try fleet.setBroken("a.web1.example.com", on: "web1")
    let before = try Listing.of(fleet["web2"].root)
    let end = try fleet.leapfrog("upgrade", "acme", "v3", "--json")
    #expect(end.status == 1, "\(end.text)")
    let documents = try end.output.split(separator: "\n").map { try Farm.object($0) }
    let outcome = documents.first { $0["host"] as? String == "web2" }?["outcome"] as? String
    #expect(outcome == "not begun", "\(end.text)")
    #expect(Listing.differences(before, try Listing.of(fleet["web2"].root)) == [])
  }

  /// The failures are used up while a host is still on its way to the first site.
  @Test func aHostThatComesTooLateIsNotEvenStaged() throws {
    let gate = try Gate()
    let fleet = try Fleet(
      ["web1": ["a"], "web2": ["a"]], servers: ["web2": try SharedServer.another(extra: gate.sshd)],
      waits: false)
    let controller = fleet.controller
    try fleet.must("init", "acme", "v1")
    try fleet.setBroken("a.web1.example.com", on: "web1")
    let before = try Listing.of(fleet["web2"].root)
    try gate.shut(after: 0)
    let upgrade = try fleet.running(["upgrade", "acme", "v3"])
    try controller.wait(60) { upgrade.text.contains("back as it was") }
    try gate.open()
    let end = upgrade.end()
    #expect(end.status == 1, "\(end.text)")
    #expect(end.output.contains("web1 failed; web2 not begun"), "\(end.text)")
    #expect(Listing.differences(before, try Listing.of(fleet["web2"].root)) == [])
  }

  // MARK: What one host refuses, none begins

  @Test func aSiteThatTheConfigurationLacksStopsAll() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a", "b"]])
    try fleet.must("init", "acme", "v1")
    try fleet.configure(without: "b.web2.example.com")
    try expectRefusal(
      fleet,
      naming: "on web2: b.web2.example.com of acme is live here and not in this leapfrog.yml; "
        + "\(NSUserName()) added it at 2")
    try fleet.must("site", "remove", "acme", "b.web2.example.com", "--yes", "--host", "web2")
    try fleet.must("upgrade", "acme", "v2")
  }

  @Test func aHostThatIsBusyStopsAll() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.hold("a.web2.example.com", on: "web2")
    let other = try fleet.running(["upgrade", "acme", "v2", "--host", "web2"])
    try fleet.controller.wait(60) { try fleet.hasBegun("a.web2.example.com", on: "web2") }
    try expectRefusal(
      fleet, naming: "the upgrade of acme on web2 is running", of: "v3", on: ["web1"])
    try fleet.letGo("a.web2.example.com", on: "web2")
    #expect(other.end().status == 0, "\(other.text)")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v2"]])
  }

  private func expectRefusal(
    _ fleet: Fleet, naming words: String, of ref: String = "v2", on hosts: [String]? = nil
  ) throws {
    let hosts = hosts ?? fleet.hosts
    let before = try hosts.map { try Listing.of(fleet[$0].root) }
    let refused = try fleet.leapfrog("upgrade", "acme", ref)
    #expect(refused.status == 4, "\(refused.text)")
    #expect(refused.error.contains(words), "\(refused.text)")
    for (host, old) in zip(hosts, before) {
      #expect(Listing.differences(old, try Listing.of(fleet[host].root)) == [], "\(host)")
    }
  }
}
