import Foundation
import Glibc
import RealServers
import Testing

/// Flips by the thousand under visitors' requests, with no maintenance at all: the configurations
/// themselves must never mix two platforms or lose a request.
@Suite(.serialized) struct FlipLoadTests {
  @Test(arguments: WebServerKit.Kind.allCases)
  func noRequestIsLostOrMixedByFlips(_ kind: WebServerKit.Kind) throws {
    let web = try WebFarm(kind, pool: try PHPPool(), sites: ["one.example.com"])
    try web.open()
    try web.farm.must("upgrade", "acme", "w2")
    try seat(web, on: "blue")
    let load = Load(port: web.port, hosts: ["one.example.com"], paths: WebFarm.pages)
    var flips = 0
    while load.count < 5_000, flips < 100_000 {
      try flip(web, to: flips % 2 == 0 ? "blue" : "green")
      flips += 1
      usleep(300)
    }
    let visits = Visits(samples: load.stop())
    #expect(visits.samples.count >= 5_000)
    #expect(flips > 500)
    #expect(visits.failed.count == 0, "\(visits.failed.prefix(5)) \(web.server?.faults ?? [])")
    #expect(visits.mixed.count == 0, "\(visits.mixed.prefix(5))")
    #expect(visits.closed.isEmpty)
    #expect(web.server?.faults.isEmpty == true, "\(web.server?.faults.prefix(3) ?? [])")
    let versions = Set(visits.samples.compactMap { $0.answer?.body.prefix(2) })
    #expect(versions == ["w1", "w2"])
  }

  /// The links of the site on the platform that it left.
  private func seat(_ web: WebFarm, on platform: String) throws {
    let config = web.farm.inRoot("\(platform)/web/config")
    try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
    let link = config.appendingPathComponent("one.example.com.ini").path
    try #require(symlink("../../../sites/one.example.com/local.ini", link) == 0)
  }

  private func flip(_ web: WebFarm, to platform: String) throws {
    let new = web.farm.inRoot("live/.next").path
    try #require(symlink("../\(platform)", new) == 0)
    try #require(rename(new, web.farm.inRoot("live/one.example.com").path) == 0)
  }
}
