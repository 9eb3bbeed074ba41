import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A session whose controller is gone without a word keeps nobody out for long.
@Suite struct LostControllerTests {
  let pair: StagedPair
  let claim = Claim(token: "run", fence: 0)
  var isLocked: Bool { PairLock.isHeld(pair.disk.layout) }

  init() throws { pair = try StagedPair() }

  // MARK: Silence

  /// Longer than a slow machine pauses between two requests, and shorter than any test waits.
  private static let soon = ["--locked-patience", "8", "--idle-patience", "600"]

  @Test func aLockedSessionGivesUpSoon() async throws {
    let rpc = try RPCProcess(Self.soon)
    _ = try pair.begin(rpc, claim)
    #expect(isLocked)
    #expect(await rpc.ended(within: 120) == 1)
    #expect(!isLocked)
  }

  @Test func afterAStageItIsLockedStill() async throws {
    let rpc = try RPCProcess(Self.soon)
    try pair.stage(rpc, claim)
    #expect(await rpc.ended(within: 120) == 1)
    #expect(!isLocked)
  }

  /// The link dies in the middle of the blobs.
  @Test func halfABulkMessageIsNotWaitedFor() async throws {
    let rpc = try RPCProcess(Self.soon)
    _ = try pair.begin(rpc, claim)
    try rpc.send(.stageBlobs, Nothing(), bulk: [1, 2, 3], missing: 100)
    #expect(await rpc.ended(within: 120) == 1)
    #expect(!isLocked)
  }

  /// The controller was stopped: what it is answered fills the pipe.
  @Test func anAnswerThatNobodyReadsIsNotWaitedFor() async throws {
    let files = (0..<5000).map { ("f\($0)", Tree.File(text: "\($0)", mode: .file)) }
    let tree = Tree(Dictionary(files) { $1 })
    let rpc = try RPCProcess(Self.soon)
    try rpc.send(.stageBegin, pair.params(tree, claim), bulk: TreeCodec.encode(tree.entries()))
    #expect(await rpc.ended(within: 120) == 1)
    #expect(!isLocked)
  }

  @Test func aSessionThatHoldsNothingHasMoreTime() async throws {
    let rpc = try RPCProcess(["--locked-patience", "8", "--idle-patience", "25"])
    try pair.stage(rpc, claim)
    let started = try #require(try pair.work(rpc, claim, "one"))
    // A wait that lets other tests go on may last longer than it is told.
    #expect(rpc.end(within: 12) == nil)
    #expect(await rpc.ended(within: 120) == 1)
    #expect(try pair.state(of: started.release) == .done)
  }

  // MARK: The controller came back

  @Test(arguments: [false, true]) func itsOldSessionMakesRoom(hangs: Bool) throws {
    let (old, new) = (try RPCProcess(), try RPCProcess())
    _ = try pair.begin(old, claim)
    if hangs { try old.stop() }
    try pair.stage(new, claim)
    #expect(old.end(within: 60) == 128 + (hangs ? SIGKILL : SIGTERM))
    #expect(PairLock.holder(pair.disk.layout)?.process?.pid == new.pid)
    let started = try #require(try pair.work(new, claim, "one"))
    #expect(try pair.state(of: started.release) == .done)
    #expect(pair.builds == 1)
  }

  @Test func itsWorkIsNotLostWithTheOldSession() throws {
    let (old, new) = (try RPCProcess(), try RPCProcess())
    try pair.stage(old, claim)
    try old.stop()
    let started = try #require(try pair.work(new, claim, "one"))
    #expect(old.end(within: 60) == 128 + SIGKILL)
    #expect(try pair.state(of: started.release) == .done)
    #expect(pair.builds == 1)
  }

  @Test func theSessionOfAnotherStays() throws {
    let (first, other) = (try RPCProcess(), try RPCProcess())
    _ = try pair.begin(first, claim)
    let failure = #expect(throws: Failure.self) { try pair.begin(other, Claim(token: "b")) }
    #expect(failure?.message.contains("acme is busy: stage of v1, asked for by bob") == true)
    #expect(first.end(within: 0.1) == nil && isLocked)
  }

  @Test func aWorkerIsNeverEnded() throws {
    let (old, new) = (try RPCProcess(), try RPCProcess())
    try pair.hold()
    try pair.stage(old, claim)
    let started = try #require(try pair.work(old, claim, "one"))
    #expect(throws: Failure.self) { try pair.begin(new, claim) }
    #expect(old.end(within: 0.1) == nil)
    try pair.letGo()
    #expect(try pair.state(of: started.release) == .done)
    #expect(pair.builds == 1)
  }

  @Test func aLaterProcessOfTheSameNumberIsNotEnded() throws {
    let rpc = try RPCProcess()
    var other = try #require(ProcessIdentity(rpc.pid))
    other.started += 1
    other.end(after: 0.1)
    #expect(rpc.end(within: 0.1) == nil)
    try #require(ProcessIdentity(rpc.pid)).end(after: 60)
    #expect(rpc.end(within: 60) == 128 + SIGTERM)
  }
}
