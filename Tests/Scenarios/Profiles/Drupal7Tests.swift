import Foundation
import Testing

/// The `drupal7` profile without drush.
@Suite struct Drupal7Tests {
  private let app: StandIn
  private var farm: Farm { app.farm }
  private let one = StandIn.one
  private let two = StandIn.two

  init() throws { app = try Drupal7StandIn.make() }

  private func variable(_ site: String, _ name: String) throws -> String {
    try app.sql(site, "SELECT value FROM variable WHERE name = '\(name)'")
  }

  private func set(_ site: String, _ name: String, _ value: String) throws {
    try app.sql(site, "REPLACE INTO variable VALUES ('\(name)', '\(value)')")
  }

  @Test func updatesRunToTheirEndByPHPAlone() throws {
    try set(two, "maintenance_mode", "1")
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    for site in farm.sites {
      #expect(try farm.platform(site) == "green")
      #expect(try variable(site, "schema") == "7002")
      #expect(try variable(site, "turns") == "3")
      #expect(try variable(site, "flushed") == "1")
      #expect(try variable(site, "maintenance_mode") == (site == two ? "1" : "0"))
    }
  }

  private static let lies = [
    [
      ("aborts", "tale_update_7002: no such column"), ("fatal", "undefined_function()"),
      ("exits", "The website has encountered an error."),
    ],
    [
      ("needs", "needs an update that is missing"), ("deaf", "maintenance mode is still on"),
      ("forgets", "still has updates pending"),
    ],
  ]

  @Test(arguments: lies)
  func sitesWhoseUpdateFailsAreAsBefore(_ lies: [(String, String)]) throws {
    try farm.must("init", "acme", "v1")
    for (site, lie) in zip(farm.sites, lies) { try set(site, "lie", lie.0) }
    let before = try farm.sites.map(app.bytes)
    let outcome = try farm.leapfrog("upgrade", "acme", "v2")
    #expect(outcome.status == 1, "\(outcome.text)")
    for lie in lies { #expect(outcome.text.contains(lie.1), "\(lie) in \(outcome.text)") }
    #expect(try farm.sites.map(app.bytes) == before)
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue", "blue"])
    #expect(try farm.closedSites().isEmpty)
  }

  @Test func failedRequirementsStopTheUpdate() throws {
    try farm.must("init", "acme", "v1")
    try set(one, "refusal", "8.1 is needed")
    let outcome = try farm.leapfrog("upgrade", "acme", "v2")
    #expect(outcome.status == 3, "\(outcome.text)")
    #expect(outcome.text.contains("Drupal refuses this code for the site: PHP 8.1 is needed"))
    #expect(try variable(one, "schema") == "7001")
  }

  @Test func aMissingModuleStopsTheReleaseBeforeAnySiteIsClosed() throws {
    try farm.must("init", "acme", "v1")
    let path = "sites/all/modules/tale/tale.module"
    try app.sql(two, "INSERT INTO system VALUES ('tale', 'module', '\(path)', 1)")
    let own = "sites/\(one)/modules/own.module"
    try app.sql(one, "INSERT INTO system VALUES ('own', 'module', '\(own)', 1)")
    let outcome = try farm.leapfrog("upgrade", "acme", "without")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.text.contains("\(two): the module tale (\(path))"), "\(outcome.text)")
    #expect(!outcome.text.contains("own.module") && !outcome.text.contains("module off"))
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue", "blue"])
  }

  @Test func settingsTellTheDatabaseWithoutAskingIt() throws {
    try farm.must("init", "acme", "v1")
    try Data().write(to: farm.data(one).appendingPathComponent("db.sqlite"))
    let profile = try farm.json("profile", "show", "drupal7")
    let commands = try #require(profile["commands"] as? [String: [String]])
    let credentials = try #require(commands["credentials"])
    let platform = farm.inRoot("blue").path
    let outcome = try Shell.run(
      credentials[0], Array(credentials.dropFirst()), in: farm.inRoot("blue"),
      environment: [
        "LEAPFROG_SITE": one, "LEAPFROG_DOCROOT": platform, "LEAPFROG_PLATFORM": platform,
      ])
    #expect(outcome.status == 0, "\(outcome.text)")
    let told = try Farm.object(outcome.output) as? [String: String]
    #expect(
      told == ["name": "db", "user": "someone", "password": "it's \"secret\"", "port": "3307"])
  }
}
