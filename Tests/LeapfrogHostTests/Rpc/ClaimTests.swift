import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A controller that slept while another took over is refused at whatever it asks next.
@Suite struct ClaimTests {
  let disk: PairOnDisk
  let journal: Journal
  let spec: PairSpec
  let session = Session()

  init() throws {
    disk = try PairOnDisk()
    spec = PairSpec(name: "acme", root: disk.layout.root)
    journal = try Journal(layout: disk.layout, creates: true)
    try PlatformMarker.make(disk.layout)
  }

  @Test func itsStageIsRefused() throws {
    let seen = try status().fence
    try changeByAnother()
    let failure = #expect(throws: Failure.self) { try stage(Claim(token: "a", fence: seen)) }
    expectChanged(failure)
    #expect(try disk.header() == nil, "nothing is staged")
    #expect(eventually { !PairLock.isHeld(disk.layout) })
  }

  @Test func itsWorkIsRefused() throws {
    let seen = try status().fence
    try changeByAnother()
    let failure = #expect(throws: Failure.self) { try work(Claim(token: "a", fence: seen)) }
    expectChanged(failure)
    #expect(try journal.releases(limit: 1).isEmpty)
  }

  @Test(arguments: [ControlParams.Action.resume, .abort]) func itsControlIsRefused(
    _ action: ControlParams.Action
  ) throws {
    let release = try journal.begin(order, from: .blue, plans: [])
    let seen = try status().fence
    try changeByAnother()
    let claim = Claim(token: "a", fence: seen)
    expectChanged(#expect(throws: Failure.self) { try control(action, claim) })
    let lock = try #require(try PairLock.take(disk.layout))
    expectChanged(#expect(throws: Failure.self) { try control(action, claim) })
    withExtendedLifetime(lock) {}
    #expect(try journal.control(of: release) == nil)
  }

  @Test func itsOwnStageIsNoChange() throws {
    let seen = try status().fence
    _ = try stage(Claim(token: "a", fence: seen))
    #expect(try status().fence > seen)
    #expect(PairLock.holder(disk.layout)?.what == "stage of main")
    _ = try stage(Claim(token: "a", fence: seen))
  }

  /// What a rule forbids leaves the decisions of others as they are.
  @Test func whoIsRefusedByARuleRaisesNothing() throws {
    _ = try journal.begin(order, from: .blue, plans: [])
    let seen = try status().fence
    #expect(throws: Failure.self) { try stage(Claim(token: "a", fence: seen)) }
    #expect(throws: Failure.self) { try work(Claim(token: "a", fence: seen)) }
    #expect(try status().fence == seen)
  }

  // MARK: Helpers

  private var order: WorkOrder { WorkOrder(kind: .backup, spec: spec, actor: "bob") }

  private func status() throws -> PairStatus {
    try session.status(PairParams(root: spec.root, pair: spec.name))
  }

  private func changeByAnother() throws {
    try journal.raiseFence(
      for: Entrant(
        pair: "acme", claim: Claim(token: "b"), actor: "alice", what: "upgrade of acme to v3"))
  }

  private func stage(_ claim: Claim) throws -> StageNeeds {
    let tree: Tree = ["index": "text"]
    let bytes = TreeCodec.encode(tree.entries())
    let params = StageParams(
      root: spec.root, spec: spec, ref: "main", commit: tree.commit, build: .none, actor: "bob",
      claim: claim)
    return try Pipes.bulk(bytes) { try session.stageBegin(params, $0) }
  }

  private func work(_ claim: Claim) throws -> WorkStarted {
    try session.work(WorkParams(root: spec.root, order: order, claim: claim, request: "r"))
  }

  private func control(_ action: ControlParams.Action, _ claim: Claim) throws -> WorkStarted {
    try session.control(
      ControlParams(
        root: spec.root, pair: "acme", action: action, actor: "bob", claim: claim, request: "r"))
  }

  private func expectChanged(_ failure: Failure?) {
    #expect(failure?.kind == .refused)
    #expect(
      failure?.message.hasPrefix(
        "acme has changed meanwhile: upgrade of acme to v3, asked for by alice, since ") == true,
      "\(failure?.message ?? "")")
  }
}
