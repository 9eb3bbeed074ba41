import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct WebServerPlanTests {
  private func plan(
    _ change: (inout PairSpec) -> Void = { _ in }, web: WebProfile = WebProfile(),
    neighbours: [String] = [], options: (inout WebServerPlan.Options) throws -> Void = { _ in }
  ) throws -> WebServerPlan {
    var spec = PairSpec(
      name: "acme", root: "/srv/acme", sites: [SiteSpec(name: "a.org", aliases: ["www.a.org"])])
    change(&spec)
    let pair = PairConfiguration(
      repository: "/r", host: "local", spec: spec, profile: Profile(name: "command"))
    var chosen = WebServerPlan.Options()
    try options(&chosen)
    return try WebServerPlan(pair, web: web, neighbours: neighbours, options: chosen)
  }

  @Test func thePortsAreThoseOfLeapfrogYml() throws {
    let plain = try plan()
    #expect(plain.listen == [ListenAddress(port: 80)])
    #expect(plain.missingPreview == "preview: http://127.0.0.1:8089")
    let configured = try plan {
      $0.address = "http://127.0.0.1:8080"
      $0.preview = "http://localhost:9000"
    }
    #expect(configured.listen == [ListenAddress(port: 8080)])
    #expect(configured.preview == ListenAddress(host: "127.0.0.1", port: 9000))
    #expect(configured.missingPreview == nil)
    let other = try plan(
      { $0.preview = "http://127.0.0.1:9000" },
      options: { $0.preview = ListenAddress(port: 9001) })
    #expect(other.missingPreview == "preview: http://127.0.0.1:9001")
  }

  @Test func aPreviewThatOthersCanReachIsRefused() {
    #expect(throws: Failure.self) { try plan { $0.preview = "http://192.0.2.1:8089" } }
    #expect(throws: Failure.self) {
      try plan(options: { $0.preview = ListenAddress(host: "[2001:db8::1]", port: 8089) })
    }
  }

  @Test(arguments: ["/srv/a cme", "/srv/a;b", "/srv/$host", "/srv/a\"b", "/srv/a%b", "/srv/a#b"])
  func aPathThatAServerWouldMisreadIsRefused(_ root: String) {
    #expect(throws: Failure.self) { try plan { $0.root = root } }
    #expect(throws: Failure.self) { try plan { $0.docroot = String(root.dropFirst()) } }
    #expect(throws: Failure.self) { try plan(options: { $0.php = "unix:\(root)" }) }
  }

  @Test func withOtherPairsOnTheHostOnlyListedDomainsAreServed() throws {
    #expect(WebServer.nginx.configuration(try plan()).contains("\"~^[a-z0-9]"))
    #expect(!WebServer.nginx.configuration(try plan(neighbours: ["b"])).contains("\"~^[a-z0-9]"))
    #expect(!WebServer.apache.configuration(try plan()).contains("ServerAlias *"))
    let any = try plan(options: { $0.servesAnyDomain = true })
    #expect(WebServer.apache.configuration(any).contains("ServerAlias *"))
  }

  @Test func aPatternForPathsBelowTheRootGetsItsSlash() throws {
    let patterns = [
      "^private/", "^/own/", "secret", "^\\.x", "^(a|b)", "^(/a|/b)", "^(?!x)", "(^|/)c", "!d",
    ]
    #expect(
      try plan(web: WebProfile(deny: patterns)).denied == [
        "^/private/", "^/own/", "secret", "^/\\.x", "^/(a|b)", "^(/a|/b)", "^/(?!x)", "(^|/)c",
        "(?:!d)",
      ])
  }

  @Test(arguments: ["80", "127.0.0.1:80", "[::1]:8080", "localhost:80"])
  func placesToListenAreRead(_ text: String) throws {
    #expect(try ListenAddress(text).description == text)
  }

  @Test(arguments: [
    "", "0", "65536", "a", ":80", "127.0.0.1:", "a b:80", "[x]:80", "80;", "-1", "१",
  ])
  func otherTextsAreNoPlaceToListen(_ text: String) {
    #expect(throws: Failure.self) { try ListenAddress(text) }
  }

  @Test func patternsSurviveTheQuotesOfBothServers() {
    #expect(Quoting.quoted("a\\.b") == "\"a\\.b\"")
    #expect(Quoting.quoted(#"a\\b""#) == ##""a\\\b\"""##)
    #expect(Quoting.quoted("a\\t") == "\"a\\\\t\"")
    #expect(Quoting.quoted("a\\") == "\"a\\\\\"")
  }
}
