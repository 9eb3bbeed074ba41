import Foundation
import RealServers
import Testing

/// Visitors on every site during a whole release.
@Suite(.serialized) struct ReleaseLoadTests {
  @Test(arguments: WebServerKit.Kind.allCases)
  func aReleaseShowsVisitorsNothingButTheTwoVersionsAndTheClosedPage(
    _ kind: WebServerKit.Kind
  ) throws {
    let (visits, downtimes) = try Self.release(kind, base: "v2")
    visits.expectSound()
    for site in WebFarm.sites {
      let seen = visits.seconds(closed: site)
      #expect(seen > 0, "nobody saw \(site) closed")
      #expect(seen <= (downtimes[site] ?? 0), "\(site) \(downtimes)")
    }
  }

  @Test(arguments: WebServerKit.Kind.allCases)
  func anExpressReleaseIsNotSeenByAnybody(_ kind: WebServerKit.Kind) throws {
    let (visits, downtimes) = try Self.release(kind, base: "v1", answers: 20_000)
    visits.expectSound()
    #expect(visits.samples.count >= 20_000)
    #expect(visits.closed.isEmpty)
    #expect(downtimes.values.allSatisfy { $0 == 0 }, "\(downtimes)")
  }

  /// Releases `w2` on top of the demo's version `base` while visitors ask, who go on until there are so
  /// many answers.
  static func release(_ kind: WebServerKit.Kind, base: String, answers: Int = 0) throws -> (
    visits: Visits, downtimes: [String: Double]
  ) {
    // PHP-FPM itself can lose a request of Apache's at a reload: it closes the connection when the signal comes
    // while it waits for the end of the input, which nginx sends at once and Apache later.
    let reloads = kind == .nginx
    let pool = try PHPPool(settings: reloads ? OpcacheTests.opcache : [:])
    let web = try WebFarm(
      kind, pool: pool, base: base, extra: reloads ? "    after_stage: \(pool.reload)" : "")
    try web.open()
    let load = Load(
      port: web.port, hosts: WebFarm.sites, paths: WebFarm.pages, pause: answers > 0 ? 0 : 200)
    while load.count < answers / 2, !load.isOver { usleep(10_000) }
    let events = try web.farm.leapfrog("upgrade", "acme", "w2", "--json")
    while load.count < answers, !load.isOver { usleep(10_000) }
    usleep(300_000)
    let visits = Visits(samples: load.stop())
    #expect(events.status == 0, "\(events.text)")
    let faults = web.server?.faults ?? []
    #expect(faults.isEmpty, "\(faults.prefix(3))")
    for site in WebFarm.sites { #expect(try web.ask("/", host: site).body == "w2 w2 w2\n") }
    return (visits, try downtimes(events.output))
  }

  /// The downtime of each site, as the release's events say it.
  private static func downtimes(_ output: String) throws -> [String: Double] {
    try output.split(separator: "\n").reduce(into: [:]) { result, line in
      let event = try Farm.object(line)
      guard event["kind"] as? String == "site.finished", let site = event["site"] as? String else {
        return
      }
      result[site] = event["downtime"] as? Double
    }
  }
}
