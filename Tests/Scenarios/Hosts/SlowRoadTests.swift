import Foundation
import Glibc
import RealServers
import Testing

/// A host that is far away: what a site is closed for does not wait for anything to come from there.
@Suite(.enabled(if: geteuid() == 0)) struct SlowRoadTests {
  @Test func theDowntimeIsThatOfAQuickRoad() throws {
    let template = try Self.template()
    // Side by side, so that both share what else the machine has to do.
    let delays: [Duration?] = [nil, .milliseconds(40)]
    let runs = try delays.map { delay in
      let farm = try template.twin(on: FarHost(on: NetworkNamespace(delay: delay)))
      try farm.must("status", "acme")
      return (farm, try farm.running(["upgrade", "acme", "v2", "--json"]))
    }
    let downtimes = try runs.map { _, run in try Self.downtimes(run.end(within: 120)) }
    let medians = downtimes.map { $0[$0.count / 2] }
    print("downtime in s, quick and slow road: \(downtimes), medians \(medians)")
    #expect(abs(medians[1] / medians[0] - 1) < 0.05, "\(downtimes)")
  }

  /// A pair of five sites on v1 whose update takes its time.
  private static func template() throws -> Farm {
    let farm = try Farm(sites: (1...5).map { "s\($0).example.com" })
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    let command = #"update: [/bin/sh, -c, "sleep 3; exec ./bin/update"]"#
    let slow = text.replacingOccurrences(of: "update: [./bin/update]", with: command)
    try Data(slow.utf8).write(to: farm.configuration)
    try farm.must("init", "acme", "v1")
    return farm
  }

  /// The downtime of each site, in order.
  private static func downtimes(_ end: Outcome) throws -> [Double] {
    try #require(end.status == 0, "\(end.text)")
    let events = end.output.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    let ends = events.filter { $0["kind"] as? String == "site.finished" }
    let times = ends.compactMap { $0["downtime"] as? Double }.sorted()
    try #require(times.count == 5, "\(end.text)")
    return times
  }
}
