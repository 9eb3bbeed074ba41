import LeapfrogCore
import Testing

@Suite struct ExpressRulingTests {
  private let same = CodeChange(
    from: ObjectID(bytes: [UInt8](repeating: 1, count: 20))!,
    to: ObjectID(bytes: [UInt8](repeating: 2, count: 20))!, updates: [])

  private func obstacle(
    _ change: CodeChange?, _ rule: ExpressRule = .auto, build: Command = .none,
    pending: Command = .none, open: Command = .none, refresh: Command = .none
  ) -> ExpressRuling.Obstacle? {
    let site = SiteSpec(
      name: "a", commands: SiteCommands(pending: pending, open: open, refresh: refresh),
      express: rule)
    let pair = PairSpec(name: "acme", root: "/srv/acme", build: build, sites: [site])
    return ExpressRuling(of: site, in: pair, change: change).obstacle
  }

  @Test func aChangeThatCannotTouchDataIsExpress() {
    #expect(obstacle(same) == nil)
  }

  @Test func theConfigurationHasTheLastWord() {
    #expect(obstacle(same, .never) == .never)
  }

  @Test func whatNobodyKnowsIsNotExpress() {
    #expect(obstacle(nil) == .unknown)
  }

  @Test func anUpdateIsNamed() {
    var change = same
    change.updates = ["a.install"]
    #expect(obstacle(change) == .updates(["a.install"]))
  }

  /// An application server that is started in `open` would go on with the old code.
  @Test func whatIsStartedByOpeningNeedsARefresh() {
    #expect(obstacle(same, open: Command(["restart"])) == .opens)
    #expect(obstacle(same, open: Command(["restart"]), refresh: Command(["reload"])) == nil)
  }

  /// A package manager brings what the repository does not show.
  @Test func aBuildNeedsAnAppThatCanBeAsked() {
    #expect(obstacle(same, build: Command(["make"])) == .unseenBuild)
    #expect(obstacle(same, build: Command(["make"]), pending: Command(["ask"])) == nil)
  }
}
