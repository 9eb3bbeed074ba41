import Foundation
import Testing

/// Pages that look fine to whoever does not look closely.
@Suite struct PageTrapTests {
  private func trap(
    _ fault: PageServer.Fault = .nothing, _ files: [String: String] = [:], check: String
  ) throws -> (Trap, PageServer) {
    var server: PageServer?
    let trap = try Trap(files) { farm in
      let made = try PageServer(farm, fault)
      try farm.configure(extra: made.configuration, siteExtra: "        check: {\(check)}")
      server = made
    }
    return (trap, try #require(server))
  }

  @Test func status200WithTheTextOfAnError() throws {
    let (trap, server) = try trap(
      .nothing, ["index.html": "<html><h1>Error</h1>Unable to connect, password=kolibri</html>"],
      check: "lacks: <h1>Error")
    try trap.expectCaught("answered with “<h1>Error”, which it must lack")
    withExtendedLifetime(server) {}
  }

  @Test func whatAPageSaysInsteadIsToldWithoutSecrets() throws {
    let (trap, server) = try trap(
      .nothing, ["index.html": "<html>Cannot connect: password=kolibri</html>"],
      check: "contains: version")
    try trap.expectCaught("Cannot connect: password=…")
    let said = try Shell.run(
      "/bin/grep", ["-rl", "kolibri", trap.farm.inRoot(".leapfrog").path], in: trap.farm.root)
    let found = said.output.split(separator: "\n").filter { !$0.contains("aside/") }
    #expect(found.isEmpty, "\(found)")
    withExtendedLifetime(server) {}
  }

  @Test func aPageThatHangs() throws {
    let (trap, server) = try trap(.hang, check: "url: /, timeout: 1")
    try trap.expectCaught("did not answer in 1 s")
    withExtendedLifetime(server) {}
  }

  @Test func aPageThatDrips() throws {
    let (trap, server) = try trap(.drip, check: "url: /, timeout: 1")
    try trap.expectCaught("did not answer in 1 s")
    withExtendedLifetime(server) {}
  }

  /// The web server knows the name not and shows its first site, with status 200.
  @Test func anotherSitesPage() throws {
    let (trap, server) = try trap(.otherSite, check: "headers: {X-Site: one.example.com}")
    try trap.expectCaught("with the header X-Site “other.example.com”, which must hold")
    withExtendedLifetime(server) {}
  }

  /// Only forward from here: visitors are in. Somebody has to look, and is told.
  @Test func fineAtThePreviewAndBrokenInPublic() throws {
    let (trap, server) = try trap(.publicFault, check: "contains: version, retries: 1")
    let outcome = try trap.farm.cli("upgrade", "acme", "bad")
    #expect(outcome.status == 5, "\(outcome.text)")
    #expect(outcome.text.contains("answered 500 instead of 200, with the text"), "\(outcome.text)")
    #expect(outcome.text.contains("(asked 2 times)"), "\(outcome.text)")
    let next = "next: leapfrog rollback acme --site \(trap.site)"
    #expect(outcome.text.contains(next), "\(outcome.text)")
    #expect(try trap.farm.platform(trap.site) == "green")
    #expect(try trap.farm.closedSites().isEmpty)
    let status = try trap.farm.cli("status", "acme")
    #expect(status.text.contains("the pool is gone"), "\(status.text)")
    try trap.farm.must("rollback", "acme", "--site", trap.site, "--yes")
    #expect(try trap.farm.page(trap.site).contains("version 1"))
    withExtendedLifetime(server) {}
  }
}
