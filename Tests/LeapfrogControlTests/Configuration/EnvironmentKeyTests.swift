import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// The variables that a configuration hands on.
@Suite struct EnvironmentKeyTests {
  @Test func ofAPairASiteAndAProfile() throws {
    let text = """
      profiles:
        own: {extends: command, environment: [THEIRS]}
      pairs:
        acme:
          repository: /r
          root: /srv/acme
          app: own
          environment: [SHARED]
          sites: {a.example.com: {environment: [OWN]}, b.example.com: {}}
      """
    let spec = try #require(try read(text).pairs.first?.spec)
    #expect(spec.environment == ["SHARED", "THEIRS"])
    #expect(spec.sites.map(\.environment) == [["OWN"], nil])
    #expect(try read(pairFile("app: wordpress")).pairs[0].spec.environment == ["WORDPRESS_CONFIGS"])
  }

  @Test func aNameIsOne() {
    expectMistake(pairFile("environment: [A=B]"), "environment[0]")
    expectMistake(pairFile("environment: PATH"), "a list of names of variables")
    expectMistake(siteFile("environment: [LEAPFROG_SITE]"), "is set by leapfrog itself")
  }

  @Test func thePasswordOfASiteIsNoOthers() throws {
    func text(_ pair: String, _ other: String) -> String {
      """
      pairs:
        acme:
          repository: /r
          root: /srv/acme
          \(pair)
          sites:
            a: {environment: [A_PW], database: {engine: mariadb, name: a, password_env: A_PW}}
            b: {\(other)}
        else: {repository: /r, root: /srv/else, environment: [\(other.isEmpty ? "" : "A_PW")]}
      """
    }
    #expect(try read(text("jobs: 1", "")).pairs.count == 2)
    expectMistake(
      text("environment: [A_PW]", ""), "2: pairs.acme", "gives A_PW to b", "`password_env` of a")
    expectMistake(text("jobs: 1", "environment: [A_PW]"), "gives A_PW to b")
  }
}
