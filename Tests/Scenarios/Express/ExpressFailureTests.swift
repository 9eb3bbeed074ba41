import Foundation
import Testing

/// What an express migration does when the app or its page says no.
@Suite struct ExpressFailureTests {
  /// v3 looks harmless to the profile, and the app knows better.
  @Test func updatesThatTheCodeDidNotShowAreMadeInFull() throws {
    let farm = try Farm.express()
    let outcome = try farm.leapfrog("upgrade", "acme", "v3")
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.output.contains("so it is migrated in full"), "\(outcome.text)")
    let journal = try JournalReader(farm)
    for site in farm.sites {
      #expect(try farm.page(site).contains("version 3"))
      #expect(try farm.sql(site, "PRAGMA user_version") == "3")
      #expect(!farm.isSeated(site, on: "green"))
      let steps = try journal.steps(of: site, in: journal.lastRelease())
      #expect(!steps.contains("express flip") && steps.contains("upgrade update"), "\(steps)")
    }
    let newest = try farm.newest()
    #expect(newest["moved"] as? [String] == farm.sites)
    #expect((newest["express"] as? [String])?.isEmpty == true)
    #expect((newest["back"] as? [String])?.isEmpty == true)
    #expect(try farm.status()["release"] is NSNull)
    try farm.must("rollback", "acme", "--yes")
    for site in farm.sites { #expect(try farm.sql(site, "PRAGMA user_version") == "2") }
  }

  /// Sites that are migrated in full after all are no failures, and those that fail then are.
  @Test func aSupersededMigrationIsNoFailure() throws {
    let farm = try Farm.express(sites: (1...3).map { "s\($0).example.com" })
    try farm.limitFailures(to: 1)
    _ = try farm.sql(
      farm.sites[1], "INSERT INTO post (title, body, slug) VALUES ('x', 'y', 'welcome')")
    let outcome = try farm.leapfrog("upgrade", "acme", "v3")
    #expect(outcome.status == 3, "\(outcome.text)")
    #expect(try farm.sites.map(farm.platform) == ["blue", "green", "green"])
    let newest = try farm.newest()
    #expect(newest["back"] as? [String] == ["s2.example.com"])
    #expect(newest["waiting"] as? [String] == ["s3.example.com"])
    _ = try farm.sql(farm.sites[1], "DELETE FROM post WHERE title = 'x'")
    try farm.must("upgrade", "acme", "v3", "--continue")
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue", "blue"])
  }

  @Test(arguments: ["step.confirm.before", "step.refresh.before", "step.flip.after"])
  func aSiteThatIsNotWellGoesBackWithEverything(failpoint: String) throws {
    let farm = try Farm.express()
    let before = try farm.databases()
    let outcome = try farm.leapfrog(
      ["upgrade", "acme", "next"], environment: ["LEAPFROG_FAILPOINTS": "\(failpoint):error"])
    #expect(outcome.status == 3, "\(outcome.text)")
    #expect(try farm.sites.map(farm.platform) == ["green", "blue"])
    #expect(try farm.databases() == before)
    #expect(!farm.isSeated(farm.sites[0], on: "blue") && farm.isSeated(farm.sites[0], on: "green"))
    #expect(try farm.page(farm.sites[0]).contains("version 2"))
    #expect(try !farm.noted().contains { $0.hasPrefix("close") })
    try farm.must("upgrade", "acme", "next", "--continue")
    #expect(try farm.newest()["express"] as? [String] == ["one.example.com"])
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue"])
  }

  /// Its caches are rebuilt for the old code, and a failure of that keeps no site from going back.
  @Test func aRefreshThatFailsSendsTheSiteBack() throws {
    let farm = try Farm.express(sites: ["one.example.com"])
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    try farm.write(
      text.replacingOccurrences(of: "'echo refresh", with: "'false; echo refresh")
        .replacingOccurrences(
          of: ">> $LEAPFROG_SITE_DATA/../../notes'",
          with: ">> $LEAPFROG_SITE_DATA/../../notes; exit 1'"))
    let outcome = try farm.leapfrog("upgrade", "acme", "next")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(
      outcome.output.contains("refresh failed: on green, after the way back"), "\(outcome.text)")
    #expect(try farm.noted() == ["refresh one.example.com next", "refresh one.example.com v2"])
    #expect(try farm.platform("one.example.com") == "green")
    #expect(!farm.isSeated("one.example.com", on: "blue"))
  }

  /// The worker is ended while the links still wait: the release is interrupted, no stage begins, and
  /// resume cleans up.
  @Test func linksThatAreLeftAreTakenAwayByResume() throws {
    let farm = try Farm.express()
    _ = try farm.leapfrog(
      ["upgrade", "acme", "next"], environment: ["LEAPFROG_FAILPOINTS": "step.unseat.before:kill"])
    #expect(farm.sites.allSatisfy { farm.isSeated($0, on: "green") })
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue"])
    let status = try farm.status()["release"] as? [String: Any]
    #expect(status?["moved"] as? [String] == farm.sites, "\(status ?? [:])")
    try farm.refused(["upgrade", "acme", "v3"], 4, naming: "leapfrog resume acme")
    try farm.must("resume", "acme")
    #expect(!farm.sites.contains { farm.isSeated($0, on: "green") })
    try farm.must("upgrade", "acme", "v3")
  }
}
