import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A decision counts only while nobody else has changed the pair since.
@Suite struct FenceTests {
  let disk: PairOnDisk
  let journal: Journal

  init() throws {
    disk = try PairOnDisk()
    journal = try Journal(layout: disk.layout, creates: true)
  }

  @Test func numbersBeginWithTheTimeAndRiseByOne() throws {
    #expect(try journal.fence() == 0)
    let before = Int64(Date().timeIntervalSince1970)
    try raise(Claim(token: "a", fence: 0))
    let first = try journal.fence()
    #expect((before...before + 60).contains(first))
    try raise(Claim(token: "b"))
    #expect(try journal.fence() == first + 1)
  }

  @Test func anOldDecisionIsRefusedAndTheChangeNamed() throws {
    try raise(Claim(token: "a", fence: 0))
    let failure = #expect(throws: Failure.self) { try raise(Claim(token: "b", fence: 0)) }
    #expect(failure?.kind == .refused)
    let pattern =
      #/acme has changed meanwhile: upgrade of acme to v3, asked for by alice, since \S+Z/#
    #expect(failure?.message.wholeMatch(of: pattern) != nil, "\(failure?.message ?? "")")
    #expect(failure?.remedy == "leapfrog status acme")
  }

  @Test func whatWasRefusedRaisesNothing() throws {
    try raise(Claim(token: "a", fence: 0))
    let fence = try journal.fence()
    #expect(throws: Failure.self) { try raise(Claim(token: "b", fence: fence - 1)) }
    #expect(try journal.fence() == fence)
  }

  @Test func theSameRunGoesOn() throws {
    try raise(Claim(token: "a", fence: 0))
    try raise(Claim(token: "a", fence: 0))
    try raise(Claim(token: "b", fence: try journal.fence()))
    #expect(throws: Failure.self) { try raise(Claim(token: "a", fence: 0)) }
  }

  /// A status from the middle of a release, with sites on both platforms, is no ground for anything
  /// after its end; and its beginning is never seen without it.
  @Test func whatWasSeenInTheMiddleIsOldAtTheEnd() throws {
    let order = WorkOrder(
      kind: .restore, spec: PairSpec(name: "acme", root: disk.layout.root), actor: "alice")
    let entrant = Entrant(
      pair: "acme", claim: Claim(token: "a", fence: 0), actor: "alice", what: "restore of acme")
    let release = try journal.begin(order, from: .blue, plans: [], for: entrant)
    let seen = try journal.fence()
    #expect(seen > 0)
    try raise(Claim(token: "b", fence: seen))
    try journal.reopen(release, for: entrant.with(fence: nil))
    let middle = try journal.fence()
    try journal.finish(release, .done, reason: nil)
    #expect(throws: Failure.self) { try raise(Claim(token: "b", fence: middle)) }
    try raise(Claim(token: "a", fence: 0))
  }

  @Test func aRefusedBeginLeavesNothing() throws {
    try raise(Claim(token: "a", fence: 0))
    let order = WorkOrder(
      kind: .backup, spec: PairSpec(name: "acme", root: disk.layout.root), actor: "bob")
    let late = Entrant(
      pair: "acme", claim: Claim(token: "b", fence: 0), actor: "bob", what: "backup of acme")
    #expect(throws: Failure.self) {
      try journal.begin(order, from: .blue, plans: [], for: late, request: "r")
    }
    #expect(try journal.releases(limit: 1).isEmpty)
    #expect(try journal.answer(to: "r") == nil)
  }

  /// It moves no site and changes no code: whoever decided on something meanwhile goes on.
  @Test func aBackupMakesNoDecisionOld() throws {
    try raise(Claim(token: "a", fence: 0))
    let seen = try journal.fence()
    let order = WorkOrder(
      kind: .backup, spec: PairSpec(name: "acme", root: disk.layout.root), actor: "alice")
    let entrant = Entrant(
      pair: "acme", claim: Claim(token: "b"), actor: "alice", what: "backup of acme")
    let backup = try journal.begin(order, from: .blue, plans: [], for: entrant)
    try journal.finish(backup, .done, reason: nil)
    try raise(Claim(token: "c", fence: seen))
  }

  // MARK: Stamps, where no fence was seen

  @Test func whatWasDecidedEarlierIsRefusedAndTheLaterOneNamed() throws {
    try raise(Claim(token: "a", fence: 0, stamp: 200))
    let failure = #expect(throws: Failure.self) { try raise(Claim(token: "b", stamp: 199)) }
    #expect(failure?.kind == .refused)
    let pattern =
      #/acme has a later decision: upgrade of acme to v3, asked for by alice, known here since \S+Z/#
    #expect(failure?.message.wholeMatch(of: pattern) != nil, "\(failure?.message ?? "")")
    try raise(Claim(token: "a", stamp: 199))
    try raise(Claim(token: "b", stamp: 201))
    #expect(try journal.decided() == 201)
  }

  @Test func aPlanIsReplacedByALaterOneOnly() throws {
    func planned(_ ref: String) -> PlannedRelease {
      PlannedRelease(
        ref: ref, commit: ObjectID(String(repeating: "a", count: 40)) ?? ObjectID.zero, sites: [],
        actor: "alice", time: Date(), stamp: 1)
    }
    let fence = try journal.fence()
    #expect(try journal.plan(planned("v2"), Claim(token: "a", stamp: 100), pair: "acme") == nil)
    #expect(throws: Failure.self) {
      try journal.plan(planned("v3"), Claim(token: "b", stamp: 99), pair: "acme")
    }
    let replaced = try journal.plan(planned("v3"), Claim(token: "b", stamp: 101), pair: "acme")
    #expect(replaced?.ref == "v2")
    try journal.unplan(Claim(token: "a"))
    #expect(try journal.planned()?.ref == "v3")
    #expect(throws: Failure.self) { try raise(Claim(token: "a", fence: fence, stamp: 100)) }
    #expect(try journal.fence() == fence, "a plan keeps nobody from anything else")
    try raise(Claim(token: "c", fence: fence))
    try journal.write("test") { try $0.execute(sql: "UPDATE decision SET time = time - 8 * 86400") }
    #expect(try journal.planned() == nil)
    try raise(Claim(token: "a", stamp: 100))
  }

  @Test func aNewJournalRepeatsNoNumber() throws {
    let last = Int64(Date().timeIntervalSince1970) - 1
    try journal.write("test") {
      try $0.execute(
        sql: "INSERT INTO fence VALUES (?, '5', 'alice', 'stage of v3', ?)",
        arguments: [last, last])
    }
    #expect(try journal.fence() == last)
    try Pair.save(PairSpec(name: "acme", root: disk.layout.root))
    _ = try HostOrders(root: disk.layout.root).rebuild()
    let rebuilt = try Journal(layout: disk.layout)
    #expect(try rebuilt.fence() > last)
    #expect(throws: Failure.self) {
      try rebuilt.verify(Claim(token: "5", fence: last), pair: "acme")
    }
  }

  private func raise(_ claim: Claim) throws {
    try journal.raiseFence(
      for: Entrant(pair: "acme", claim: claim, actor: "alice", what: "upgrade of acme to v3"))
  }
}

extension Entrant {
  fileprivate func with(fence: Int64?) -> Entrant {
    var other = self
    other.claim.fence = fence
    return other
  }
}
