import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// A built-in profile.
func builtIn(_ name: String) throws -> Profile {
  try #require(try ProfileShelf.builtIn(name)).profile
}

@Suite struct BuiltInProfileTests {
  @Test(arguments: ProfileText.builtIn.map(\.name))
  func everyOneIsReadWithoutMistakes(_ name: String) throws {
    #expect(try builtIn(name).name == name)
  }

  @Test func aCommandIsCalledByItsTitle() throws {
    #expect(try builtIn("django").commands.update.summary == "update (django)")
  }

  @Test func commandBringsNothing() throws {
    let site = SiteSpec(name: "a", links: ["b": "c"])
    #expect(try builtIn("command").resolve(site, own: OwnCommands(), docroot: ".") == site)
  }

  @Test func aSitesOwnCommandsWin() throws {
    let own = OwnCommands(["install": Command.none, "update": Command(["a"])])
    let django = try builtIn("django")
    let commands = django.resolve(SiteSpec(name: "a"), own: own, docroot: ".").commands
    #expect(commands.install.isNone)
    #expect(commands.update == Command(["a"]))
    #expect(commands.pending == django.commands.pending)
    #expect(commands.close.isNone && commands.open.isNone)
  }

  @Test func linksAreFilledForEachDomain() {
    let profile = Profile(
      name: "a", links: ["{docroot}/sites/{domain}": ".", "conf/{site}": "conf/{site}.ini"])
    let site = SiteSpec(name: "x", aliases: ["y"], links: ["conf/x": "own.ini"])
    let links = profile.resolve(site, own: OwnCommands(), docroot: "web").links
    #expect(links == ["web/sites/x": ".", "web/sites/y": ".", "conf/x": "own.ini"])
    let root = profile.resolve(SiteSpec(name: "x"), own: OwnCommands(), docroot: ".").links
    #expect(root == ["sites/x": ".", "conf/x": "conf/x.ini"])
  }
}
