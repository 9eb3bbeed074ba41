import Foundation
import Testing

/// Pages asked over HTTP before and after the flip, from a real server that serves `preview/` and
/// `aliases/` by the Host header.
@Suite struct PageCheckTests {
  private let site = "one.example.com"

  @Test func aPageThatIsWrongSendsTheSiteBack() throws {
    let farm = try Farm(sites: [site])
    let server = try PageServer(farm)
    let check =
      "        check: {url: /, status: 200, contains: \"version\", headers: {x-SITE: one}}"
    try farm.configure(extra: server.configuration, siteExtra: check)
    try farm.must("init", "acme", "v1")
    try farm.must("doctor", "acme")
    try farm.commit("empty", on: "v2", ["index.html": "<html>Something went wrong</html>"])
    let before = try Data(contentsOf: farm.database(site))
    let outcome = try farm.leapfrog("upgrade", "acme", "empty")
    #expect(outcome.status == 1, "\(outcome.text)")
    let words = "answered without “version”, with the text “Something went wrong”"
    #expect(outcome.text.contains(words), "\(outcome.text)")
    #expect(try Data(contentsOf: farm.database(site)) == before)
    #expect(try farm.platform(site) == "blue")
    #expect(try farm.closedSites().isEmpty)
    try farm.must("upgrade", "acme", "v2")
    #expect(try farm.platform(site) == "green")
    withExtendedLifetime(server) {}
  }

  @Test func aPageThatIsNeverAskedIsSpokenOf() throws {
    let farm = try Farm(sites: [site], siteExtra: "        check: {url: /}")
    try farm.must("init", "acme", "v1")
    let sentence = "acme has no `preview`, so the `check` of a page is not asked before the flip"
    let plan = try farm.leapfrog("plan", "acme", "v2")
    #expect(plan.status == 0 && plan.output.contains("note: \(sentence)"), "\(plan.text)")
    let notes = try farm.json("plan", "acme", "v2")["notes"] as? [String]
    #expect(notes?.count == 1)
    let doctor = try farm.leapfrog("doctor", "acme")
    #expect(doctor.status == 1 && doctor.output.contains(sentence), "\(doctor.text)")
    try farm.must("upgrade", "acme", "v2")
  }

  /// Commands among the checks, asked again until they are right, before the flip and after it.
  @Test func aCommandChecksTheSiteOnItsNewPlatform() throws {
    let farm = try Farm(sites: [site])
    try farm.must("init", "acme", "v1")
    let log = farm.directory.appendingPathComponent("log").path
    let script = "readlink ../live/\(site) >> \(log); test $(wc -l < \(log)) -ge 2"
    try farm.configure(
      siteExtra: "        check: [{command: \"\(script)\", retries: 3, timeout: 5}]")
    try farm.must("upgrade", "acme", "v2")
    let places = try String(contentsOfFile: log, encoding: .utf8)
    #expect(places == "../blue\n../blue\n../green\n")
  }

  @Test func aStatusThatFailsSendsTheSiteBack() throws {
    let farm = try Farm(sites: [site])
    try farm.configure(
      siteExtra: "          status: 'echo plugin shop is broken; test ! -e broken'")
    try farm.must("init", "acme", "v1")
    try farm.commit("broken", on: "v2", ["broken": ""])
    let outcome = try farm.leapfrog("upgrade", "acme", "broken")
    #expect(
      outcome.status == 1 && outcome.text.contains("plugin shop is broken"), "\(outcome.text)")
    #expect(try farm.platform(site) == "blue")
    #expect(try farm.sql(site, "PRAGMA user_version") == "1")
  }
}
