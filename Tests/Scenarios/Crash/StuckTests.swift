import Foundation
import Testing

/// The way back itself fails: the site stays closed and says why, and a second try mends it.
@Suite struct StuckTests {
  @Test(arguments: ["undo.update.before", "restore.aside.after", "restore.files.before"])
  func aStuckSiteSaysSoAndIsMendedByResume(failpoint: String) throws {
    let farm = try Farm.onV2(breaks: true)
    let site = farm.sites[1]
    let before = try Data(contentsOf: farm.database(site))
    let upgrade = try farm.cli("upgrade", "acme", "v3", failpoints: "\(failpoint):error")
    #expect(upgrade.status == 5, "\(upgrade.text)")
    #expect(upgrade.output.contains("leapfrog resume acme"), "\(upgrade.text)")
    try expectStuck(farm, site)
    try expectRefused(farm)
    let resumed = try farm.cli("resume", "acme")
    #expect(resumed.status == 3, "\(resumed.text)")
    #expect(try farm.closedSites().isEmpty)
    #expect(try farm.platform(site) == "green")
    #expect(try Data(contentsOf: farm.database(site)) == before)
    #expect(farm.updates(of: site) == 1)
  }

  private func expectStuck(_ farm: Farm, _ site: String) throws {
    #expect(try farm.closedSites() == [site])
    let flag = farm.root.appendingPathComponent("maintenance/\(site)")
    #expect(try String(contentsOf: flag, encoding: .utf8).contains("upgrade of acme to v3"))
    let status = try farm.cli("status", "acme")
    #expect(status.output.contains("stuck"), "\(status.text)")
    #expect(status.output.contains("leapfrog resume acme"), "\(status.text)")
    #expect(try farm.page(farm.sites[0]).contains("version 3"), "the other site is served")
  }

  private func expectRefused(_ farm: Farm) throws {
    let other = try farm.cli("upgrade", "acme", "v4")
    #expect(other.status == 4, "\(other.text)")
    #expect(other.error.contains("leapfrog resume acme"), "\(other.text)")
  }
}
