import Foundation
import Testing

/// What was half done when something went wrong is brought to its end, and nothing is left between.
@Suite struct HalfDoneTests {
  /// The platform was edited while the release was interrupted: no new site is begun on it, and the
  /// one that was under way is not left closed.
  @Test func aDriftFoundOnResumeLeavesNoSiteClosed() throws {
    let farm = try Farm.onV2()
    let killed = try farm.cli(
      "upgrade", "acme", "v4", failpoints: "step.update.after:kill")
    #expect(killed.status == 5, "\(killed.text)")
    #expect(try farm.closedSites() == [farm.sites[0]])
    try Data("edited".utf8).write(to: farm.root.appendingPathComponent("blue/index.html"))
    let resumed = try farm.cli("resume", "acme")
    #expect(resumed.status == 3, "\(resumed.text)")
    #expect(resumed.text.contains("index.html"), "\(resumed.text)")
    #expect(try farm.closedSites() == [])
    #expect(try farm.sites.map(farm.platform) == ["blue", "green"])
    #expect(farm.updates(of: farm.sites[0]) == 1)
  }

  @Test(arguments: ["step.withdraw.before", "flip.remove.after", "step.withdraw.after"])
  func aRemovalThatFailsLeavesTheSiteAsItWas(place: String) throws {
    let farm = try Farm.onV2()
    let (site, page) = (farm.sites[0], try farm.page("www.one.example.com"))
    let failed = try farm.cli(
      "site", "remove", "acme", site, "--yes", failpoints: "\(place):error")
    #expect(failed.status == 1, "\(failed.text)")
    #expect(try farm.page("www.one.example.com") == page)
    #expect(try farm.closedSites() == [])
    let upgrade = try farm.cli("upgrade", "acme", "v4")
    #expect(upgrade.status == 0, "\(upgrade.text)")
  }

  @Test(arguments: ["flip.remove.after", "step.withdraw.before", "step.withdraw.after"])
  func anAbortedRemovalIsWholeEitherWay(place: String) throws {
    let farm = try Farm.onV2()
    let site = farm.sites[0]
    _ = try farm.cli(
      "site", "remove", "acme", site, "--yes", failpoints: "\(place):kill")
    let aborted = try farm.cli("abort", "acme")
    let isThere = (try? farm.platform(site)) != nil
    #expect(((try? farm.page("www.\(site)")) != nil) == isThere, "\(aborted.text)")
    #expect(try JournalReader(farm).places()[site] == (isThere ? "green" : nil))
    #expect(try farm.closedSites() == [])
  }

  /// The jobs of an old journal are not those of the new one, whose numbers begin again.
  @Test func aNewJournalDoesNotTakeOldCommandsForItsOwn() throws {
    let farm = try Farm.onV2()
    let sites = farm.sites + ["three.example.com"]
    try farm.configure(sites: sites)
    try farm.must("site", "add", "acme", sites[2])
    let rebuilt = try farm.host("rebuild", farm.root.path)
    #expect(rebuilt.status == 0, "\(rebuilt.text)")
    let upgrade = try farm.cli("upgrade", "acme", "v4")
    #expect(upgrade.status == 0, "\(upgrade.text)")
  }
}
