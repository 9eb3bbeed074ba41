import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A request that comes again, because its answer was lost, is not done again.
@Suite struct RequestTests {
  let pair: StagedPair
  let claim = Claim(token: "run", fence: 0)

  init() throws { pair = try StagedPair() }

  @Test func theSameRequestIsOneReleaseAndOneWorker() throws {
    let rpc = try RPCProcess()
    try pair.hold()
    try pair.stage(rpc, claim)
    let first = try #require(try pair.work(rpc, claim, "one"))
    // While it runs, when it is done, and over another link.
    expectSame(try pair.work(rpc, claim, "one"), first)
    try pair.letGo()
    #expect(try pair.state(of: first.release) == .done)
    expectSame(try pair.work(rpc, claim, "one"), first)
    expectSame(try pair.work(try RPCProcess(), claim, "one"), first)
    #expect(pair.builds == 1)
    #expect(try pair.journal.releases(limit: 9).count == 1)
    #expect(try pair.journal.events(after: first.after, release: nil, limit: 1).first?.number == 1)
  }

  @Test func anotherRequestIsAnotherRelease() throws {
    let rpc = try RPCProcess()
    try pair.stage(rpc, claim)
    let first = try #require(try pair.work(rpc, claim, "one"))
    #expect(try pair.state(of: first.release) == .done)
    let second = try #require(try pair.work(rpc, claim, "two"))
    #expect(second.release != first.release)
  }

  /// Who attached to the work of another is answered with it, also when it is over.
  @Test func whatAttachedStaysWithItsRelease() throws {
    let rpc = try RPCProcess()
    try pair.hold()
    try pair.stage(rpc, claim)
    let first = try #require(try pair.work(rpc, claim, "one"))
    let other = try RPCProcess()
    let attached = try #require(try pair.work(other, Claim(token: "b"), "two"))
    #expect(attached.attached && attached.release == first.release)
    try pair.letGo()
    #expect(try pair.state(of: first.release) == .done)
    #expect(try pair.work(other, Claim(token: "b"), "two")?.release == first.release)
    #expect(try pair.journal.releases(limit: 9).count == 1)
  }

  /// The session dies between the journal and the start of the worker.
  @Test func aWorkerThatNeverWasIsStartedByTheSecondAsking() throws {
    let rpc = try RPCProcess(failpoints: "journal.release.begin.after:kill")
    try pair.stage(rpc, claim)
    #expect(try pair.work(rpc, claim, "one") == nil)
    #expect(rpc.end(within: 60) == 128 + SIGKILL)
    #expect(pair.builds == 0)
    let again = try RPCProcess()
    let started = try #require(try pair.work(again, claim, "one"))
    #expect(!started.attached)
    #expect(try pair.state(of: started.release) == .done)
    expectSame(try pair.work(again, claim, "one"), started)
    #expect(pair.builds == 1)
    #expect(try pair.journal.releases(limit: 9).count == 1)
  }

  /// The session dies before it wrote anything: the second asking is the first.
  @Test func whatWasNotWrittenIsDoneByTheSecondAsking() throws {
    let rpc = try RPCProcess(failpoints: "journal.release.begin.before:kill")
    try pair.stage(rpc, claim)
    #expect(try pair.work(rpc, claim, "one") == nil)
    let started = try #require(try pair.work(try RPCProcess(), claim, "one"))
    #expect(try pair.state(of: started.release) == .done)
    #expect(pair.builds == 1)
  }

  @Test func aWorkerThatNeverWasIsNotStartedAfterAnotherTookOver() throws {
    let rpc = try RPCProcess(failpoints: "journal.release.begin.after:kill")
    try pair.stage(rpc, claim)
    #expect(try pair.work(rpc, claim, "one") == nil)
    try pair.journal.raiseFence(for: .local("acme", "recovery of release 1"))
    let again = try RPCProcess()
    #expect(throws: Failure.self) { try pair.work(again, claim, "one") }
    #expect(pair.builds == 0)
  }

  @Test func aResumeThatWasWrittenIsDoneOnce() throws {
    try pair.stage(try RPCProcess(), claim)
    let release = try pair.journal.begin(pair.order, from: .green, plans: [])
    try pair.journal.finish(release, .interrupted, reason: nil)
    let rpc = try RPCProcess(failpoints: "journal.release.reopen.after:kill")
    #expect(try pair.control(rpc, .resume, claim, "one") == nil)
    let again = try RPCProcess()
    let started = try #require(try pair.control(again, .resume, claim, "one"))
    #expect(started.release == release && started.after == 2)
    #expect(try pair.state(of: release) == .done)
    expectSame(try pair.control(again, .resume, claim, "one"), started)
    #expect(pair.builds == 1)
  }

  @Test func oldRequestsAreForgotten() throws {
    let journal = try pair.journal
    for number in 1...102 {
      _ = try journal.begin(pair.order, from: .green, plans: [], request: "\(number)")
    }
    #expect(try journal.answer(to: "2") == nil)
    #expect(try journal.answer(to: "3")?.release == 3)
    #expect(try journal.answer(to: "102")?.release == 102)
  }

  private func expectSame(
    _ one: WorkStarted?, _ other: WorkStarted, location: SourceLocation = #_sourceLocation
  ) {
    #expect(
      one?.release == other.release && one?.after == other.after && one?.attached == false,
      sourceLocation: location)
  }
}
