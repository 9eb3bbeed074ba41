import Foundation
import Testing

/// The `drupal` profile with a drush that lies as drush does.
@Suite struct DrupalTests {
  private let app: StandIn
  private var farm: Farm { app.farm }
  private let one = StandIn.one
  private let two = StandIn.two
  private let three = StandIn.three

  init() throws { app = try DrupalStandIn.make() }

  private func drush() throws -> [String] {
    let log = try String(contentsOf: farm.inRoot("drush"), encoding: .utf8)
    return log.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private func forgetDrush() throws { try Data().write(to: farm.inRoot("drush")) }

  private func status(_ outcome: Outcome, is status: Int32, _ parts: String...) {
    #expect(outcome.status == status, "\(outcome.text)")
    for part in parts { #expect(outcome.text.contains(part), "\(part) in \(outcome.text)") }
  }

  @Test func aReleaseUpdatesEverySiteUnderDrupalsOwnMaintenanceToo() throws {
    try app.sql(two, "UPDATE state SET maintenance = 1")
    try farm.must("init", "acme", "v1")
    try forgetDrush()
    try farm.must("upgrade", "acme", "v2")
    for site in farm.sites {
      #expect(try farm.platform(site) == "green")
      #expect(try app.sql(site, "SELECT version, rebuilt FROM state") == "2|1")
    }
    let own = try farm.sites.map { try app.sql($0, "SELECT maintenance FROM state") }
    #expect(own == ["0", "1", "0"])
    let calls = try drush().filter { $0.hasPrefix(one) }.map { $0.dropFirst(one.count + 1) }
    #expect(
      calls == [
        "sql:conf", "state:set system.maintenance_mode 2", "updatedb",
        "state:set system.maintenance_mode 0", "cache:rebuild", "updatedb:status",
      ])
  }

  @Test func theSitesDirectoryIsItsDataForEachDomain() throws {
    try farm.must("init", "acme", "v1")
    for domain in [one, "www.\(one)"] {
      let link = farm.inRoot("blue/web/sites/\(domain)").path
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
      #expect(target == "../../../sites/\(one)")
    }
    try farm.must("site", "remove", "acme", one, "--yes")
    #expect(!FileManager.default.fileExists(atPath: farm.inRoot("blue/web/sites/\(one)").path))
    #expect(try app.sql(one, "SELECT version FROM state") == "1")
  }

  @Test func eachPlatformHasADeploymentIdentifierOfItsOwn() throws {
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    let texts = try ["blue", "green"].map { name in
      try String(
        contentsOf: farm.inRoot("\(name)/web/.leapfrog-deployment"), encoding: .utf8)
    }
    #expect(texts[0].hasSuffix("/blue") && texts[1].hasSuffix("/green"))
    #expect(texts[0].prefix(40) != texts[1].prefix(40))
    try Data("<?php\n".utf8).write(to: farm.data(one).appendingPathComponent("settings.php"))
    status(
      try farm.leapfrog("upgrade", "acme", "v1"), is: 1, "\(one): a deployment_identifier",
      "no site was closed")
  }

  @Test func sitesWhoseDrushFailsAreAsBefore() throws {
    try farm.must("init", "acme", "v1")
    for (site, lie) in zip(farm.sites, ["fails", "half", "deaf"]) {
      try app.sql(site, "UPDATE state SET lie = '\(lie)'")
    }
    let before = try farm.sites.map(app.bytes)
    status(
      try farm.leapfrog("upgrade", "acme", "v2"), is: 1, "Column not found: place",
      "\(two) still has updates pending", "maintenance mode is still on")
    #expect(try farm.sites.map(app.bytes) == before)
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue", "blue"])
    #expect(try farm.closedSites().isEmpty)
  }

  @Test func failedRequirementsOfDrupalAreNotAcceptedByYes() throws {
    try farm.must("init", "acme", "v1")
    try app.sql(one, "INSERT INTO refusal VALUES ('PHP 8.1 is needed')")
    try app.sql(two, "UPDATE state SET lie = 'fatal'")
    try forgetDrush()
    status(try farm.leapfrog("upgrade", "acme", "v2"), is: 3, "PHP 8.1 is needed")
    #expect(try drush().filter { $0.hasSuffix("updatedb") } == ["\(three) updatedb"])
    #expect(try app.sql(one, "SELECT version, maintenance FROM state") == "1|0")
  }

  @Test func aMissingModuleStopsTheReleaseBeforeAnySiteIsClosed() throws {
    try farm.must("init", "acme", "v1")
    for site in [one, three] { try app.sql(site, "INSERT INTO enabled VALUES ('tale')") }
    let before = try farm.sites.map(app.bytes)
    try forgetDrush()
    status(
      try farm.leapfrog("upgrade", "acme", "without"), is: 1,
      "no site was closed, since without does not have what 2 sites need",
      "\(one): the module tale (modules/tale)", "\(three): the module tale (modules/tale)")
    #expect(try drush().isEmpty)
    #expect(try farm.sites.map(app.bytes) == before)
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue", "blue"])
    status(
      try farm.leapfrog("events", "acme"), is: 0, "\(three): the module tale", "asking 3 sites")
    try farm.must("upgrade", "acme", "v2")
    #expect(try farm.sites.map(farm.platform) == ["green", "green", "green"])
  }

  /// What the sites have is restored with the code, so it is no reason to stay.
  @Test func theWayBackIsNotAskedWhatItNeeds() throws {
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    for site in farm.sites { try app.sql(site, "INSERT INTO enabled VALUES ('newer')") }
    try farm.must("rollback", "acme", "--yes")
    #expect(try app.sql(one, "SELECT version FROM state") == "1")
  }

  @Test func codeAloneNeedsNoMaintenance() throws {
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    try forgetDrush()
    try farm.must("upgrade", "acme", "code")
    let calls = try drush().filter { $0.hasPrefix(one) }.map { $0.dropFirst(one.count + 1) }
    #expect(calls == ["sql:conf", "updatedb:status", "cache:rebuild"])
  }
}
