import Foundation
import Testing

/// A site that is stuck, or whose update never ends, refuses only what concerns itself.
@Suite struct BesideStuckTests {
  /// Three sites on v2; the second one is stuck in an upgrade to v3, of which it was the only site.
  private func stuck() throws -> (farm: Farm, site: String, others: [String]) {
    let farm = try Farm(sites: ["one", "two", "three"].map { "\($0).example.com" })
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    let site = farm.sites[1]
    _ = try farm.sql(site, "INSERT INTO post (title, body, slug) VALUES ('x', 'y', 'welcome')")
    let upgrade = try farm.cli(
      "upgrade", "acme", "v3", "--site", site, failpoints: "undo.update.before:error")
    #expect(upgrade.status == 5, "\(upgrade.text)")
    #expect(try farm.closedSites() == [site])
    return (farm, site, farm.sites.filter { $0 != site })
  }

  @Test func theOthersAreUpgradedBackedUpRestoredAndAddedBesideAStuckOne() throws {
    let (farm, site, others) = try stuck()
    let release = try JournalReader(farm).lastRelease()
    try farm.must("backup", "acme", "--site", others[0])
    let new = "new.example.com"
    try farm.configure(sites: farm.sites + [new])
    try farm.must("site", "add", "acme", new)
    #expect(try farm.page(new).contains("version 2"))
    try farm.must("restore", "acme", others[0], "--yes")
    try farm.must("upgrade", "acme", "v3", "--site", others[0])
    #expect(try farm.page(others[0]).contains("version 3"))
    try farm.must("exec", others[0], "--", "/bin/true")
    for words in [["upgrade", "acme", "v3", "--site", site], ["backup", "acme", "--site", site]] {
      let named = try farm.leapfrog(words)
      #expect(named.status == 4, "\(named.text)")
      #expect(named.error.contains("\(site) of acme is stuck since release \(release)"))
    }
    let all = try farm.leapfrog("backup", "acme")
    #expect(all.status == 3, "\(all.text)")
    #expect(all.text.contains("\(site) is stuck by an earlier release and left out"), "\(all.text)")
    try expectCodeIsKept(farm)
    try expectBothAreShown(farm, site, release)
    let resumed = try farm.cli("resume", "acme", "--site", site)
    #expect(resumed.status == 1, "\(resumed.text)")
    #expect(try farm.closedSites() == [])
    #expect(try farm.page(site).contains("version 2"))
    #expect(try farm.sql(site, "PRAGMA user_version") == "2")
    #expect(try farm.page(others[0]).contains("version 3"))
  }

  /// Both platforms, whoever asks and however.
  private func expectCodeIsKept(_ farm: Farm) throws {
    let before = try ["blue", "green"].map { try Listing.of(farm.inRoot($0)) }
    for words in [
      ["upgrade", "acme", "v4"], ["upgrade", "acme", "v4", "--stage-only"],
      ["pull", "acme", "v4", "--platform", "blue"], ["pull", "acme", "v4", "--platform", "green"],
    ] {
      let refused = try farm.leapfrog(words)
      #expect(refused.status == 4, "\(words): \(refused.text)")
    }
    let after = try ["blue", "green"].map { try Listing.of(farm.inRoot($0)) }
    for (one, other) in zip(before, after) { #expect(Listing.differences(one, other) == []) }
  }

  private func expectBothAreShown(_ farm: Farm, _ site: String, _ release: Int64) throws {
    let status = try farm.status()
    let ids = (status["stuck"] as? [[String: Any]])?.compactMap { $0["id"] as? Int64 }
    #expect(ids == [release])
    let last = (status["release"] as? [String: Any])?["kind"] as? String
    #expect(last == "backup")
    let shown = try farm.leapfrog("status", "acme")
    #expect(shown.output.contains("release \(release): upgrade to v3"), "\(shown.text)")
    #expect(shown.output.contains("next: leapfrog resume acme"), "\(shown.text)")
  }

  /// No site has moved, so its platform looks idle and is not.
  @Test func whatLooksIdleIsNotStagedUnderAWayBack() throws {
    let (farm, site, others) = try stuck()
    let refused = try farm.leapfrog("upgrade", "acme", "v4")
    #expect(refused.status == 4, "\(refused.text)")
    #expect(refused.error.contains("run `leapfrog resume acme`"), "\(refused.text)")
    try expectCodeIsKept(farm)
    let rest = try farm.leapfrog("upgrade", "acme", "v3")
    #expect(rest.status == 3, "\(rest.text)")
    for other in others { #expect(try farm.page(other).contains("version 3")) }
    let aborted = try farm.cli("abort", "acme", "--site", site)
    #expect(aborted.status == 0, "\(aborted.text)")
    #expect(try farm.page(site).contains("version 2"))
    #expect(try farm.closedSites() == [])
  }

  /// Recovery at boot finishes what was interrupted, and tries what is stuck.
  @Test func recoveryTakesUpBoth() throws {
    let (farm, site, others) = try stuck()
    let cut = try farm.cli(
      "upgrade", "acme", "v3", "--site", others[0], failpoints: "close.flag.after:kill")
    #expect(cut.status == 5, "\(cut.text)")
    #expect(try Set(farm.closedSites()) == [site, others[0]])
    let beside = try farm.leapfrog("backup", "acme", "--site", others[1])
    #expect(beside.status == 4, "\(beside.text)")
    let recovered = try farm.recover()
    #expect(recovered.status == 0, "\(recovered.text)")
    #expect(try farm.closedSites() == [])
    #expect(try farm.page(site).contains("version 2"))
  }

  /// With one site at a time, the others wait for an update that does not end only until it is aborted.
  @Test func anEndlessSiteIsAbortedAloneAndTheOthersGoOn() throws {
    let farm = try Farm.onV2(extra: "    max_failures: 1")
    let (site, other) = (farm.sites[0], farm.sites[1])
    try farm.hold()
    let upgrade = try farm.running(["upgrade", "acme", "v3"])
    try #require(farm.waitForUpdate(of: site), "\(upgrade.text)")
    try #require(Bounded.wait { FileManager.default.fileExists(atPath: farm.updateLog.path) })
    let abort = try farm.running(["abort", "acme", "--site", site])
    try #require(farm.waitForUpdate(of: other), "\(abort.text)")
    try farm.letGo()
    let end = upgrade.end()
    #expect(end.status == 3, "\(end.text)")
    #expect(end.text.contains("\(site): aborted by the operator"), "\(end.text)")
    #expect(abort.end().status == 3)
    #expect(try farm.platform(site) == "green")
    #expect(try farm.platform(other) == "blue")
    #expect(try farm.sql(site, "PRAGMA user_version") == "2")
    #expect(try farm.closedSites() == [])
  }
}
