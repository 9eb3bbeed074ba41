import Foundation
import Testing

/// The main job from outside: three sites, four tags, one of which breaks a site.
@Suite struct LeapTests {
  @Test func threeSitesMoveOneAfterTheOther() throws {
    let farm = try Farm()
    try farm.must("init", "acme", "v1")
    for site in farm.sites {
      #expect(try farm.platform(site) == "blue")
      #expect(try farm.page("www.\(site)").contains("version 1"))
      #expect(try farm.sql(site, "SELECT count(*) FROM post") == "1")
    }
    try farm.must("upgrade", "acme", "v2")
    for site in farm.sites {
      #expect(try farm.platform(site) == "green")
      #expect(try farm.page(site).contains("version 2"))
      #expect(try farm.sql(site, "SELECT slug FROM post") == "welcome")
    }
    #expect(try farm.closedSites().isEmpty)
    let blue = farm.root.appendingPathComponent("blue/config")
    #expect(!FileManager.default.fileExists(atPath: blue.path))
  }

  @Test func aSiteThatBreaksIsBackAndTheOthersMove() throws {
    let farm = try Farm()
    let before = try breakSecond(farm)
    let (one, two, three) = (farm.sites[0], farm.sites[1], farm.sites[2])
    #expect(try Data(contentsOf: farm.database(two)) == before)
    #expect(
      try [farm.platform(one), farm.platform(two), farm.platform(three)] == [
        "blue", "green", "blue",
      ])
    #expect(try farm.page(two).contains("version 2"))
    #expect(try farm.page(three).contains("version 3"))
    #expect(try farm.closedSites().isEmpty)
    #expect(try farm.sql(two, "PRAGMA integrity_check") == "ok")
    try expectNextSteps(farm)
    try expectNoStaging(farm)
    try rollBack(farm)
  }

  /// Upgrades to v3, whose update fails half-way on the second site; gives its database before.
  private func breakSecond(_ farm: Farm) throws -> Data {
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    _ = try farm.sql(
      farm.sites[1], "INSERT INTO post (title, body, slug) VALUES ('x', 'y', 'welcome')")
    let before = try Data(contentsOf: farm.database(farm.sites[1]))
    let outcome = try farm.leapfrog("upgrade", "acme", "v3")
    #expect(outcome.status == 3, "\(outcome.text)")
    #expect(outcome.output.contains("leapfrog upgrade acme v3 --continue"), "\(outcome.text)")
    return before
  }

  private func expectNextSteps(_ farm: Farm) throws {
    for arguments in [["status", "acme"], ["plan", "acme", "v3"], ["plan", "acme", "v4"]] {
      let outcome = try farm.leapfrog(arguments)
      #expect(outcome.status == 0, "\(arguments) \(outcome.text)")
      #expect(outcome.output.contains("upgrade acme v3 --continue"), "\(arguments) \(outcome.text)")
    }
    let again = try farm.leapfrog("upgrade", "acme", "--continue")
    #expect(again.status == 1, "the straggler fails again and is back: \(again.text)")
  }

  private func expectNoStaging(_ farm: Farm) throws {
    for arguments in [
      ["upgrade", "acme", "v4"], ["upgrade", "acme", "v4", "--stage-only"], ["pull", "acme", "v4"],
    ] {
      let outcome = try farm.leapfrog(arguments)
      #expect(outcome.status == 4, "\(arguments) \(outcome.text)")
      #expect(outcome.error.contains(farm.sites[1]), "\(arguments) \(outcome.text)")
      #expect(outcome.error.contains("leapfrog rollback acme"), "\(arguments) \(outcome.text)")
    }
  }

  private func rollBack(_ farm: Farm) throws {
    let asked = try farm.leapfrog("rollback", "acme")
    #expect(asked.status == 4, "\(asked.text)")
    try farm.must("rollback", "acme", "--yes")
    for site in farm.sites { #expect(try farm.platform(site) == "green") }
    #expect(try farm.sql(farm.sites[0], "PRAGMA user_version") == "2")
    try farm.must("upgrade", "acme", "v4")
    for site in farm.sites { #expect(try farm.sql(site, "PRAGMA user_version") == "3") }
  }

  @Test func aSiteThatWasAddedAgainIsNotTakenBackToWhatItWasBefore() throws {
    let farm = try Farm(sites: ["one.example.com", "two.example.com"])
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    try farm.must("site", "remove", "acme", farm.sites[1], "--yes")
    try farm.must("site", "add", "acme", farm.sites[1])
    let refused = try farm.leapfrog("rollback", "acme", "--site", farm.sites[1], "--yes")
    #expect(refused.status == 4, "\(refused.text)")
    #expect(try farm.platform(farm.sites[1]) == "green")
    #expect(try farm.sql(farm.sites[1], "PRAGMA user_version") == "2")
  }

  @Test func theDoctorNamesAFileThatWasEditedUnderTheSites() throws {
    let farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    try farm.must("doctor", "acme")
    let page = farm.root.appendingPathComponent("blue/index.html")
    try Data("edited".utf8).write(to: page)
    let found = try farm.leapfrog("doctor", "acme")
    #expect(found.status == 1 && found.output.contains("index.html"), "\(found.text)")
    #expect(try String(contentsOf: page, encoding: .utf8) == "edited")
  }

  @Test func aPullUnderSitesIsRefused() throws {
    let farm = try Farm()
    try farm.must("init", "acme", "v1")
    let refused = try farm.leapfrog("pull", "acme", "v2", "--platform", "blue")
    #expect(refused.status == 4)
    for site in farm.sites { #expect(refused.error.contains(site)) }
    #expect(refused.error.contains("leapfrog upgrade acme v2"))
    #expect(try farm.page(farm.sites[0]).contains("version 1"))
    try farm.must("pull", "acme", "v2")
    let green = farm.root.appendingPathComponent("green/index.html")
    #expect(try String(contentsOf: green, encoding: .utf8).contains("version 2"))
    #expect(try farm.platform(farm.sites[0]) == "blue")
  }
}
