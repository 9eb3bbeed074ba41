import LeapfrogCore
import Testing

@Suite struct ProfileTests {
  @Test func profilesAreFoundByName() {
    #expect(Profile.all.map(\.name) == ["command", "django"])
    #expect(Profile.named("django")?.name == "django")
    #expect(Profile.named("wordpress") == nil)
    #expect(Set(Profile.planned).isDisjoint(with: Profile.all.map(\.name)))
  }

  @Test func commandBringsNothing() {
    let site = SiteSpec(name: "a", links: ["b": "c"])
    #expect(Profile.command.resolve(site, own: OwnCommands()) == site)
  }

  @Test func aSitesOwnCommandsWin() {
    let own = OwnCommands(["install": Command.none, "update": Command(["a"])])
    let commands = Profile.django.resolve(SiteSpec(name: "a"), own: own).commands
    #expect(commands.install.isNone)
    #expect(commands.update == Command(["a"]))
    #expect(commands.pending == Profile.django.commands.pending)
    #expect(commands.close.isNone && commands.open.isNone)
  }
}
