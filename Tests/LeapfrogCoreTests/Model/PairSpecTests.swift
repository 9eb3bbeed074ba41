import LeapfrogCore
import Testing

@Suite struct PairSpecTests {
  @Test func canariesGoFirstInTheirOrder() {
    let sites = ["a", "b", "c", "d"].map { SiteSpec(name: $0) }
    let pair = PairSpec(name: "p", root: "/srv/p", canary: ["c", "a"], sites: sites)
    #expect(pair.sitesInOrder.map(\.name) == ["c", "a", "b", "d"])
    #expect(pair.site("d") == SiteSpec(name: "d"))
    #expect(pair.site("e") == nil)
  }

  @Test func equalCommandsAreEncodedOnce() throws {
    let long = SiteCommands(update: Command(shell: String(repeating: "x", count: 20_000)))
    var sites = (0..<200).map { SiteSpec(name: "s\($0)", commands: long) }
    sites[7].commands = SiteCommands(update: Command(["own"]))
    let pair = PairSpec(name: "p", root: "/srv/p", sites: sites)
    let bytes = try Wire.encoder().encode(pair)
    #expect(bytes.count < 200_000)
    #expect(try Wire.decoder().decode(PairSpec.self, from: bytes) == pair)
  }

  @Test func theNameIsTheFirstDomain() {
    #expect(SiteSpec(name: "a", aliases: ["b"]).domains == ["a", "b"])
  }

  @Test func aPlatformHasAnother() {
    #expect(PlatformName.blue.other == .green)
    #expect(PlatformName.green.other == .blue)
  }
}

@Suite struct FailureTests {
  @Test func exitStatusesAreThoseOfTheContract() {
    let kinds: [Failure.Kind] = [.failed, .usage, .partly, .refused, .stuck]
    #expect(kinds.map { Failure($0, "x").exitStatus } == [1, 2, 3, 4, 5])
  }

  @Test func endsWithTheCommandThatMendsIt() {
    #expect("\(Failure.failed("a is b"))" == "a is b")
    #expect("\(Failure.refused("a is b", remedy: "c d"))" == "a is b; run `c d`")
  }

  @Test func aFailureStaysWhatItIs() {
    struct Other: Error {}
    let failure = Failure.stuck("x", remedy: "y")
    #expect(Failure(failure as any Error) == failure)
    #expect(Failure(Other()).kind == .failed)
  }
}
