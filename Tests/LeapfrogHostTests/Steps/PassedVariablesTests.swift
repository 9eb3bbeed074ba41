import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Which variables are handed on to the commands of a site.
@Suite struct PassedVariablesTests {
  private let spec: PairSpec

  init() {
    func site(_ name: String, _ variable: String, listed: [String]? = nil) -> SiteSpec {
      SiteSpec(
        name: name,
        database: .server(ServerDatabase(engine: .mariadb, password: .environment(variable))),
        environment: listed)
    }
    spec = PairSpec(
      name: "acme", root: "/srv/acme", environment: ["SHARED", "B_PASSWORD"],
      sites: [site("a", "A_PASSWORD", listed: ["A_PASSWORD", "OWN"]), site("b", "B_PASSWORD")])
  }

  @Test func theListIsAllThatThereIs() {
    let passed = PassedVariables(spec, site: "a")
    for name in ["PATH", "HOME", "LANG", "LC_TIME", "TZ", "USER", "SHARED", "OWN", "A_PASSWORD"] {
      #expect(passed.contains(name), "\(name)")
    }
    for name in ["B_PASSWORD", "LEAPFROG_STATE", "RESTIC_PASSWORD", "LD_PRELOAD", "TERM", ""] {
      #expect(!passed.contains(name), "\(name)")
    }
    let other = PassedVariables(spec, site: "b")
    #expect(other.contains("SHARED") && !other.contains("OWN") && !other.contains("A_PASSWORD"))
    let build = PassedVariables(spec, site: nil)
    #expect(build.contains("SHARED") && !build.contains("A_PASSWORD"))
    #expect(!build.contains("B_PASSWORD"))
  }

  @Test func whatAnOlderLeapfrogBeganGoesOnWithoutLogins() {
    var old = spec
    old.environment = nil
    let passed = PassedVariables(old, site: "a")
    #expect(passed.contains("DATABASE_URL") && !passed.contains("B_PASSWORD"))
    for name in ["RESTIC_PASSWORD", "AWS_PROFILE", "PGPASSWORD", "MYSQL_PWD", "SSH_AUTH_SOCK"] {
      #expect(!passed.contains(name), "\(name)")
    }
  }

  @Test func whatIsDroppedIsToldOnce() {
    let names = ["PATH", "SHARED", "DATABASE_URL", "PGPASSWORD", "SHLVL", "XDG_RUNTIME_DIR", "OWN"]
    var old = spec
    old.environment = nil
    let now = PassedVariables(spec, site: "b")
    let before = PassedVariables(old, site: "b")
    #expect(now.dropped(since: before, of: names) == ["DATABASE_URL", "OWN", "PGPASSWORD"])
    #expect(now.dropped(since: now, of: names).isEmpty)
    old.environment = ["DATABASE_URL"]
    let listed = PassedVariables(old, site: "b")
    #expect(now.dropped(since: listed, of: names) == ["DATABASE_URL"])
  }
}
