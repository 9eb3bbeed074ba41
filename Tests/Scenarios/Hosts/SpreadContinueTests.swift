import Foundation
import Glibc
import RealServers
import Testing

/// To go on with what some of the hosts had, never back to what they had before.
@Suite struct SpreadContinueTests {
  /// With web2 on both platforms after an upgrade to v3, of which one site failed.
  private func divided() throws -> Fleet {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a", "b"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.setBroken("b.web2.example.com", on: "web2")
    #expect(try fleet.leapfrog("upgrade", "acme", "v3").status == 3)
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3", "v2"]])
    return fleet
  }

  @Test func aHostThatIsOnBothPlatformsIsBroughtTogetherFirst() throws {
    let fleet = try divided()
    let refused = try fleet.leapfrog("upgrade", "acme", "v4")
    #expect(refused.status == 4, "\(refused.text)")
    #expect(refused.error.contains("acme on web2 has no idle platform"), "\(refused.text)")
    #expect(refused.error.contains("run `leapfrog upgrade acme --continue --host web2`"))
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3", "v2"]])
    try fleet.setBroken("b.web2.example.com", on: "web2", false)
    try fleet.must("upgrade", "acme", "--continue", "--host", "web2")
    try fleet.must("upgrade", "acme", "v4")
    #expect(try fleet.versions() == ["web1": ["v4"], "web2": ["v4", "v4"]])
  }

  /// The others may be on a newer one by now, under which their data is.
  @Test func nobodyGoesOnWithAnUpgradeThatIsNotTheLast() throws {
    let fleet = try divided()
    try fleet.must("upgrade", "acme", "v4", "--host", "web1")
    for options in [[], ["--host", "web1"]] {
      let end = try fleet.running(["upgrade", "acme", "v3", "--continue"] + options).end(within: 90)
      #expect(end.status == 4, "\(end.text)")
      #expect(end.error.contains("was to v4, not to v3"), "\(end.text)")
    }
    #expect(try fleet.versions() == ["web1": ["v4"], "web2": ["v3", "v2"]])
    try fleet.setBroken("b.web2.example.com", on: "web2", false)
    try fleet.must("upgrade", "acme", "v3", "--continue", "--host", "web2")
    try fleet.must("upgrade", "acme", "--continue")
    #expect(try fleet.versions() == ["web1": ["v4"], "web2": ["v4", "v4"]])
  }

  @Test func theOnlyHostThatIsMeantGoesOnWithWhatItMissed() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.must("upgrade", "acme", "v3", "--host", "web1")
    let other = try fleet.leapfrog("upgrade", "acme", "v4", "--continue", "--host", "web2")
    #expect(other.status == 4, "\(other.text)")
    try fleet.must("upgrade", "acme", "v3", "--continue", "--host", "web2")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3"]])
    let back = try fleet.must("rollback", "acme", "--yes")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"]], "\(back.text)")
  }

  /// What went on with an older upgrade is no newer for that than what another host had since.
  @Test func whatGoesOnIsNoNewerThanItWas() throws {
    let fleet = try divided()
    try fleet.must("upgrade", "acme", "v4", "--host", "web1")
    try fleet.setBroken("b.web2.example.com", on: "web2", false)
    try fleet.must("upgrade", "acme", "--continue", "--host", "web2")
    #expect(try fleet.versions() == ["web1": ["v4"], "web2": ["v3", "v3"]])
    try fleet.must("upgrade", "acme", "--continue")
    #expect(try fleet.versions() == ["web1": ["v4"], "web2": ["v4", "v4"]])
  }

  /// Somebody else can fetch between the first host and the next, which moves the branch here too.
  @Test func theMirrorMayMoveMeanwhile() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]], extra: "    hosts_at_once: 1")
    let (controller, site) = (fleet.controller, "a.web1.example.com")
    try fleet.must("init", "acme", "v1")
    try controller.git("checkout", "-q", "-B", "main", "v2")
    try fleet.hold(site, on: "web1")
    let upgrade = try fleet.running(["upgrade", "acme", "main"])
    try controller.wait(60) { try fleet.hasBegun(site, on: "web1") }
    try controller.git("reset", "-q", "--hard", "v4")
    try fleet.must("plan", "acme", "main")
    try fleet.letGo(site, on: "web1")
    let end = upgrade.end()
    #expect(end.status == 0, "\(end.text)")
    #expect(end.output.contains("upgrade to main on 2 hosts: all done"), "\(end.text)")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"]])
  }

  /// What was closed comes to its end on all hosts, and the failures there count for all.
  @Test func theFailuresOfAResumeAreOneNumberToo() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a", "b"]])
    let (bad, good) = ("a.web1.example.com", "a.web2.example.com")
    try fleet.must("init", "acme", "v1")
    try fleet.setBroken(bad, on: "web1")
    let cut = try Running(
      "leapfrog", ["upgrade", "acme", "v3"], of: fleet.controller,
      environment: fleet.environment.merging(["LEAPFROG_FAILPOINTS": "close.flag.after:kill"]) {
        $1
      }
    ).end()
    #expect(cut.status == 5, "\(cut.text)")
    try fleet.hold(good, on: "web2")
    let resume = try fleet.running(["resume", "acme"])
    try fleet.controller.wait(60) { try fleet.isHalted(on: "web2") }
    try fleet.letGo(good, on: "web2")
    let end = resume.end()
    #expect(end.status == 3, "\(end.text)")
    let versions = try fleet.versions()
    #expect(versions == ["web1": ["v1"], "web2": ["v3", "v1"]], "\(versions) \(end.text)")
    #expect(try fleet.isOpen())
  }

  /// Also those of a host that is through.
  @Test func whereTheFailuresAreUsedUpAResumeBeginsNothing() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a", "b"]])
    try fleet.must("init", "acme", "v1")
    try fleet.setBroken("a.web1.example.com", on: "web1")
    let cut = try Running(
      "leapfrog", ["upgrade", "acme", "v3"], of: fleet.controller,
      environment: fleet.environment.merging(["LEAPFROG_FAILPOINTS": "close.flag.after:kill"]) {
        $1
      }
    ).end()
    #expect(cut.status == 5, "\(cut.text)")
    #expect(try fleet.leapfrog("resume", "acme", "--host", "web1").status == 1)
    let end = try fleet.leapfrog("resume", "acme")
    #expect(end.status == 3, "\(end.text)")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v3", "v1"]], "\(end.text)")
    #expect(try !fleet.hasBegun("b.web2.example.com", on: "web2"))
    #expect(try fleet.isOpen())
    try fleet.setBroken("a.web1.example.com", on: "web1", false)
    try fleet.must("upgrade", "acme", "--continue")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3", "v3"]])
  }

  /// It can have had the last upgrade, and it can have sites that are closed.
  @Test func aHostWhoseJournalIsDamagedIsNotPassedOver() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.must("upgrade", "acme", "v3", "--host", "web1")
    let journal = try fleet["web1"].inRoot(".leapfrog/journal.sqlite")
    try Data("no journal".utf8).write(to: journal)
    let back = try fleet.leapfrog("rollback", "acme", "--yes")
    #expect(back.status == 4, "\(back.text)")
    #expect(back.error.contains("so nobody knows what the last upgrade"), "\(back.text)")
    let resume = try fleet.leapfrog("resume", "acme")
    #expect(resume.status != 0 && resume.error.contains("journal"), "\(resume.text)")
    let next = try fleet.leapfrog("upgrade", "acme", "v4")
    #expect(next.status == 4 && next.error.contains("on web1: "), "\(next.text)")
    #expect(try fleet.platforms() == ["web1": ["blue"], "web2": ["green"]])
  }

  /// Who asks for all sites is not told "done" when some were never meant.
  @Test(arguments: [[], ["--host", "web1"]])
  func anUpgradeOfOtherSitesIsNotAttachedTo(options: [String]) throws {
    let fleet = try Fleet(["web1": ["a", "b"], "web2": ["a"]])
    let site = "a.web1.example.com"
    try fleet.must("init", "acme", "v1")
    try fleet.hold(site, on: "web1")
    let upgrade = try fleet.running(["upgrade", "acme", "v2", "--site", site])
    try fleet.controller.wait(60) { try fleet.hasBegun(site, on: "web1") }
    let all = try fleet.running(["upgrade", "acme", "v2"] + options).end(within: 90)
    #expect(all.status == 4, "\(all.text)")
    #expect(all.error.contains("leaves b.web1.example.com out"), "\(all.text)")
    let same = try fleet.running(["upgrade", "acme", "v2", "--site", site])
    try fleet.controller.wait(60) { same.text.contains("attached") }
    try fleet.letGo(site, on: "web1")
    #expect([upgrade.end().status, same.end().status] == [0, 0])
    #expect(try fleet.versions() == ["web1": ["v2", "v1"], "web2": ["v1"]])
  }

  /// A host that leapfrog.yml has and where the pair was not made is not one that is down.
  @Test func aHostWithoutThePairIsToldFromASilentOne() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"], "web3": ["a"]])
    try fleet.must("init", "acme", "v1", "--host", "web1", "--host", "web2")
    let refused = try fleet.leapfrog("upgrade", "acme", "v2")
    #expect(refused.status == 4, "\(refused.text)")
    #expect(refused.error.contains("on web3: there is no pair in"), "\(refused.text)")
    #expect(refused.error.contains("run `leapfrog init acme REF"), "\(refused.text)")
    try fleet.must("upgrade", "acme", "v2", "--host", "web1", "--host", "web2")
    let nothing = try fleet.leapfrog("resume", "acme")
    #expect(nothing.error.contains("nothing of acme is under way"), "\(nothing.text)")
    let back = try fleet.leapfrog("rollback", "acme", "--yes")
    #expect(back.status == 0, "\(back.text)")
    #expect(back.output.contains("web3: nothing to do: there is no pair in"), "\(back.text)")
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"], "web3": ["v2"]])
  }

  /// One that is prepared for later, or whose last site is gone.
  @Test func aHostWithoutSitesHasNoPartInARelease() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"], "web3": ["a"]])
    try fleet.must("init", "acme", "v1")
    let site = "a.web3.example.com"
    try fleet.must("site", "remove", "acme", site, "--yes")
    try fleet.configure(without: site)
    try fleet.must("upgrade", "acme", "v2")
    #expect(try fleet["web1"].page("a.web1.example.com").contains("version 2"))
    #expect(try fleet["web2"].page("a.web2.example.com").contains("version 2"))
  }

  @Test func whoDeclinesIsToldTheCommandForTheirHostOnly() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    let back = try fleet.leapfrog("rollback", "acme", "--host", "web1")
    #expect(back.status == 4, "\(back.text)")
    #expect(back.error.contains("run `leapfrog rollback acme --host web1 --yes`"), "\(back.text)")
    let site = "a.web2.example.com"
    try fleet.configure(without: site)
    let gone = try fleet.leapfrog("site", "remove", "acme", site, "--host", "web2")
    #expect(gone.status == 4, "\(gone.text)")
    #expect(
      gone.error.contains("run `leapfrog site remove acme \(site) --host web2 --yes`"),
      "\(gone.text)")
  }
}
