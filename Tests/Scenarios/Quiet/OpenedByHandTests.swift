import Foundation
import Testing

/// A release is interrupted while a site is closed, and somebody opens the site by removing its flag:
/// what visitors write from then on is not lost.
@Suite struct OpenedByHandTests {
  private let farm: Farm

  init() throws { farm = try Farm.onV2() }

  private var site: String { farm.sites[0] }

  /// Kills the upgrade, opens the site and lets a visitor write.
  private func interrupt(_ failpoint: String) throws {
    let killed = try farm.cli("upgrade", "acme", "v4", failpoints: "\(failpoint):kill")
    try #require(killed.status == 5, "\(killed.text)")
    try #require(try farm.closedSites() == [site])
    try FileManager.default.removeItem(at: farm.inRoot("maintenance/\(site)"))
    _ = try farm.sql(
      site, "INSERT INTO post (title, body, slug) VALUES ('v', 'w', 'visitor')")
    try Data("visitor".utf8).write(to: farm.data(site).appendingPathComponent("files/new.txt"))
  }

  private func expectVisitorsWrites() throws {
    #expect(try farm.sql(site, "SELECT count(*) FROM post WHERE title = 'v'") == "1")
    #expect(farm.hasFile("files/new.txt", of: site))
  }

  @Test(arguments: ["backup.database.after", "step.backup.after", "step.update.before"])
  func beforeItsUpdateTheSiteIsLeftAsItIs(failpoint: String) throws {
    try interrupt(failpoint)
    let resumed = try farm.cli("resume", "acme")
    #expect(resumed.status == 3, "\(resumed.text)")
    #expect(resumed.text.contains("was opened by hand"), "\(resumed.text)")
    #expect(farm.updates(of: site) == 0)
    #expect(try farm.platform(site) == "green")
    try expectVisitorsWrites()
    #expect(try farm.closedSites().isEmpty)
    try finish()
    try expectVisitorsWrites()
  }

  /// The next release takes it along.
  private func finish() throws {
    let again = try farm.cli("upgrade", "acme", "v4", "--continue")
    #expect(again.status == 0, "\(again.text)")
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue"])
  }

  /// Before its backup it is closed once more, and after its update it has nothing to fear.
  @Test(arguments: ["close.flag.after", "step.update.after"])
  func elsewhereTheSiteGoesOn(failpoint: String) throws {
    try interrupt(failpoint)
    let resumed = try farm.cli("resume", "acme")
    #expect(resumed.status == 0, "\(resumed.text)")
    #expect(try farm.platform(site) == "blue")
    #expect(farm.updates(of: site) == 1)
    try expectVisitorsWrites()
  }

  @Test func theWayBackAfterAnUpdateIsSomebodysDecision() throws {
    try interrupt("step.update.after")
    let aborted = try farm.cli("abort", "acme")
    #expect(aborted.status == 5, "\(aborted.text)")
    #expect(aborted.text.contains("visitors may have written"), "\(aborted.text)")
    #expect(try farm.closedSites() == [site])
    try expectVisitorsWrites()
    let decided = try farm.cli("resume", "acme")
    #expect(decided.status == 3, "the other site moves: \(decided.text)")
    #expect(try farm.closedSites().isEmpty)
    #expect(try farm.platform(site) == "green")
    #expect(try farm.sql(site, "SELECT count(*) FROM post WHERE title = 'v'") == "0")
    let kept = try Shell.run(
      "/usr/bin/find", [farm.inRoot(".leapfrog/aside").path, "-name", "new.txt"], in: farm.root)
    #expect(!kept.output.isEmpty, "what visitors wrote is kept")
  }
}

extension Farm {
  func hasFile(_ path: String, of site: String) -> Bool {
    FileManager.default.fileExists(atPath: data(site).appendingPathComponent(path).path)
  }
}
