import Foundation
import RealServers
import Testing

/// PHP that never looks whether code has changed, on paths that come back at every second release.
@Suite(.serialized) struct OpcacheTests {
  static let opcache = [
    "zend_extension": "opcache", "opcache.enable": "1", "opcache.validate_timestamps": "0",
    // Else files that are younger than two seconds are not kept yet.
    "opcache.file_update_protection": "0",
  ]

  private let site = "one.example.com"

  @Test func codeIsTwoReleasesOldWithoutAReload() throws {
    let web = try release(extra: { _ in "" })
    #expect(try web.ask("/").body.hasPrefix("w1 w1"))
    #expect(try web.ask("/version.txt").body == "w3\n")
  }

  @Test func afterStageReloadsThePoolAndNoRequestIsLost() throws {
    let web = try release { "    after_stage: \($0.reload)" }
    #expect(try web.ask("/").body == "w3 w3 w3\n")
    // One for each of: init, w2, w3.
    #expect(web.pool.reloads == 3)
  }

  @Test func aFailureAfterTheStageTouchesNoSite() throws {
    let web = try WebFarm(
      .nginx, pool: try PHPPool(), sites: [site],
      extra: "    after_stage: test \"$LEAPFROG_REF\" = w1")
    try web.open()
    let outcome = try web.farm.leapfrog("upgrade", "acme", "w2")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.text.contains("after the stage of green"), "\(outcome.text)")
    #expect(try web.ask("/").body == "w1 w1 w1\n")
    #expect(try web.farm.platform(site) == "blue")
    let staged = try web.farm.leapfrog("upgrade", "acme", "w2", "--stage-only")
    #expect(staged.status == 0, "\(staged.text)")
  }

  /// Three releases, so that the third uses the path of the first; slow requests and fast ones all the
  /// while.
  private func release(extra: (PHPPool) -> String) throws -> WebFarm {
    let pool = try PHPPool(workers: 6, settings: Self.opcache)
    let web = try WebFarm(.nginx, pool: pool, sites: [site], extra: extra(pool))
    try web.commit("w3", on: "v2")
    try web.open()
    #expect(try web.ask("/").body == "w1 w1 w1\n")
    let load = Load(
      port: web.port, hosts: [site], paths: ["/?sleep=150", "/version.txt", "/"], keeping: 2,
      renewing: 2, pause: 1000)
    let outcomes = try ["w2", "w3"].map { try web.farm.leapfrog("upgrade", "acme", $0) }
    let visits = Visits(samples: load.stop())
    for outcome in outcomes { #expect(outcome.status == 0, "\(outcome.text)") }
    #expect(visits.failed.count == 0, "\(visits.samples.count): \(visits.failed.prefix(5))")
    return web
  }
}
