import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct ProfileConfigurationTests {
  @Test func aSiteGetsWhatItsProfileBrings() throws {
    #expect(try site("aliases: []", app: "django").commands == builtIn("django").commands)
    #expect(try site("aliases: []").commands == SiteCommands())
  }

  @Test(arguments: ["[]", "", "~"])
  func aSitesOwnNothingWins(_ written: String) throws {
    let commands = try site("commands:\n  update: \(written)", app: "django").commands
    #expect(commands.update == .none)
    #expect(try commands.pending == builtIn("django").commands.pending)
  }

  @Test func unknownAppsAreRefused() {
    expectMistake(
      pairFile("app: djagno"), "is not known; did you mean `django`?", "command, django")
  }

  @Test func linksOfTwoSitesMayNotMeet() {
    let profile = "profiles:\n  multi:\n    links: {config/local.ini: local.ini}\n"
    let sites = "app: multi\nsites:\n  a.example.com: {}\n  b.example.com: {}"
    expectMistake(
      profile + pairFile(sites), "11: pairs.acme.sites.b.example.com: `config/local.ini` is, or is",
      "on line 10")
  }
}
