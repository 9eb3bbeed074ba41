import Foundation
import RealServers
import Testing

/// Visitors on every site during a whole release.
@Suite(.serialized) struct ReleaseLoadTests {
  @Test(arguments: WebServerKit.Kind.allCases)
  func aReleaseShowsVisitorsNothingButTheTwoVersionsAndTheClosedPage(
    _ kind: WebServerKit.Kind
  ) throws {
    let pool = try PHPPool(settings: OpcacheTests.opcache)
    let web = try WebFarm(kind, pool: pool, extra: "    after_stage: \(pool.reload)")
    try web.open()
    let load = Load(port: web.port, hosts: web.farm.sites, paths: WebFarm.pages, pause: 200)
    let events = try web.farm.leapfrog("upgrade", "acme", "w2", "--json")
    usleep(300_000)
    let visits = Visits(samples: load.stop())
    #expect(events.status == 0, "\(events.text)")
    visits.expectSound()
    #expect(web.server?.faults.isEmpty == true, "\(web.server?.faults.prefix(3) ?? [])")
    let downtimes = try Self.downtimes(events.output)
    for site in web.farm.sites {
      let seen = visits.seconds(closed: site)
      #expect(seen > 0, "nobody saw \(site) closed")
      #expect(seen <= (downtimes[site] ?? 0), "\(site) \(downtimes)")
      #expect(try web.ask("/", host: site).body == "w2 w2 w2\n")
    }
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
