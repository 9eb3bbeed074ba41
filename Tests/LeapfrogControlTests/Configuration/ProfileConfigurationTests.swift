import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct ProfileConfigurationTests {
  @Test func aSiteGetsWhatItsProfileBrings() throws {
    #expect(try site("aliases: []", app: "django").commands == Profile.django.commands)
    #expect(try site("aliases: []").commands == SiteCommands())
  }

  @Test(arguments: ["[]", "", "~"])
  func aSitesOwnNothingWins(_ written: String) throws {
    let commands = try site("commands:\n  update: \(written)", app: "django").commands
    #expect(commands.update == .none)
    #expect(commands.pending == Profile.django.commands.pending)
  }

  @Test func unknownAppsAreRefused() {
    expectMistake(pairFile("app: drupal"), "5: pairs.acme.app: `drupal` is not supported by this")
    expectMistake(
      pairFile("app: djagno"), "is not known; did you mean `django`?", "command, django")
  }
}
