import Foundation
import RealServers
import Testing

/// Django on PostgreSQL, with a gunicorn for each site and nginx before them. Needs a package index.
@Suite struct DjangoPostgreSQLTests {
  private static let (one, two) = (DjangoPostgreSQLFarm.one, DjangoPostgreSQLFarm.two)
  private static let all = DjangoPostgreSQLFarm.sites
  private let sites: DjangoPostgreSQLFarm
  private var farm: Farm { sites.farm }

  init() throws {
    sites = try DjangoPostgreSQLFarm()
    try sites.open(books: 300)
  }

  @Test func gunicornFollowsItsSiteFromPlatformToPlatform() throws {
    let facts = try Self.all.map(sites.facts)
    try expectServed("v1", from: "blue")
    let watch = ArgumentWatch(for: Array(sites.passwords.values))
    let told = try [comeBack(), goOn()]
    let seen = watch.stop()
    #expect(seen.found.isEmpty && seen.rounds > 50, "\(seen)")
    #expect(try Self.all.map(sites.facts) == facts)
    try onlyCode()
    #expect(try Self.all.map(sites.facts) == facts)
    try expectNoSecrets(told)
    #expect(sites.faults.isEmpty, "\(sites.faults.prefix(3))")
    sites.gunicorns.stop()
    for site in Self.all { #expect(sites.gunicorns.count(of: site) == 0) }
  }

  // MARK: Releases

  /// The migrations of `broken` add a column, delete books, and fail.
  private func comeBack() throws -> Outcome {
    let before = try Self.all.map(sites.dump)
    let (outcome, visits) = try release("broken")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.output.contains("nobody wrote this"), "\(outcome.text)")
    #expect(try Self.all.map(sites.dump) == before)
    let versions = Set(visits.samples.compactMap { $0.answer?.body.prefix(3) })
    #expect(!versions.contains("v2 ") && !versions.contains("v3 "), "\(versions)")
    try expectServed("v1", from: "blue")
    try expectRecorded(outcome, visits)
    return outcome
  }

  private func goOn() throws -> Outcome {
    // So that each worker of gunicorn has one, most likely.
    for _ in 0..<8 { for site in Self.all { _ = try sites.visit(site) } }
    #expect(try sites.idleConnections(Self.two) > 0)
    let (outcome, visits) = try release("django52")
    try #require(outcome.status == 0, "\(outcome.text)")
    try expectServed("v2", from: "green")
    visits.expectCurrent(old: "v1", new: "v2")
    try expectRecorded(outcome, visits)
    for site in Self.all {
      let wrong = "price_cents <> round(price * 100)"
      #expect(try sites.sql("SELECT count(*) FROM library_book WHERE \(wrong)", in: site) == "0")
      #expect(try sites.manage(site, "migrate", "--check").status == 0)
    }
    try expectShortDrain(outcome)
    return outcome
  }

  /// Nobody sees a release that changes code alone.
  private func onlyCode() throws {
    let before = try Self.all.map(sites.dump)
    let (outcome, visits) = try release("code52")
    try #require(outcome.status == 0, "\(outcome.text)")
    #expect(visits.closed.isEmpty)
    visits.expectCurrent(old: "v2", new: "v3")
    try expectServed("v3", from: "blue")
    #expect(try Self.all.map(sites.dump) == before)
  }

  /// Releases while visitors ask. The gunicorns of before must be gone afterwards, whatever came of it.
  private func release(_ ref: String) throws -> (Outcome, Visits) {
    let masters = try Self.all.map(sites.gunicorns.master)
    let load = Load(
      port: sites.port, hosts: Self.all, paths: ["/"], keeping: 1, renewing: 2, pause: 20_000)
    let outcome = try sites.leapfrog("upgrade", "acme", ref, "--json")
    usleep(200_000)
    let visits = Visits(samples: load.stop())
    #expect(visits.failed.isEmpty, "\(visits.samples.count): \(visits.failed.prefix(5))")
    #expect(visits.samples.count > 100)
    for master in masters { #expect(Bounded.wait { !master.isAlive }) }
    return (outcome, visits)
  }

  // MARK: What is expected

  private func expectServed(_ version: String, from platform: String) throws {
    for site in Self.all {
      #expect(try sites.visit(site) == "200 \(version) editor 300 books by 5.2")
      #expect(try farm.platform(site) == platform)
      let master = try sites.gunicorns.master(of: site)
      #expect(master.platform == platform && master.leadsSession)
      #expect(sites.gunicorns.count(of: site) == 1)
    }
    #expect(try farm.closedSites().isEmpty)
  }

  /// Visitors saw the sites closed no longer than it is written down.
  private func expectRecorded(_ outcome: Outcome, _ visits: Visits) throws {
    let downtimes = try events(outcome).filter { $0["kind"] as? String == "site.finished" }
    #expect(downtimes.count == 2, "\(outcome.text)")
    for event in downtimes {
      let site = try #require(event["site"] as? String)
      let seen = visits.seconds(closed: site)
      let told = event["downtime"] as? Double ?? 0
      #expect(seen > 0 && seen <= told, "\(site): \(seen) of \(told)")
    }
  }

  /// The second site's gunicorn is never asked to close its connections.
  private func expectShortDrain(_ outcome: Outcome) throws {
    let closing = try events(outcome).filter {
      $0["kind"] as? String == "step.finished" && $0["step"] as? String == "close"
    }
    #expect(closing.count == 2)
    for event in closing { #expect((event["seconds"] as? Double ?? 99) < 30, "\(event)") }
  }

  private func events(_ outcome: Outcome) throws -> [[String: Any]] {
    try outcome.output.split(separator: "\n").map(Farm.object)
  }

  private func expectNoSecrets(_ told: [Outcome]) throws {
    let events = try farm.leapfrog("events", "acme", "--json")
    for password in sites.passwords.values {
      let secret = String(password.dropFirst(5))
      for text in told + [events] { #expect(!text.text.contains(secret)) }
      let found = try Shell.run(
        "/bin/grep",
        ["-rlF", secret, farm.inRoot(".leapfrog").path, farm.directory.path + "/state"],
        in: farm.directory)
      #expect(found.status == 1 && found.output.isEmpty, "\(found.text)")
    }
  }
}
