import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct JournalTests {
  let pair: PairOnDisk
  var layout: Layout { pair.layout }

  init() throws { pair = try PairOnDisk() }

  private var order: WorkOrder {
    WorkOrder(kind: .upgrade, spec: PairSpec(name: "acme", root: layout.root), actor: "tester")
  }

  @Test func manyMakeTheSameJournalAtOnce() throws {
    let faults = Faults()
    Threads.run(8) { [layout] in
      do { _ = try Journal(layout: layout, creates: true) } catch { faults.add("\(error)") }
    }
    #expect(faults.all.isEmpty)
    #expect(try Journal(layout: layout).releases(limit: 1).isEmpty)
  }

  @Test func eventsAreNumberedWithoutGaps() throws {
    let journal = try Journal(layout: layout, creates: true)
    let release = try journal.begin(order, from: .blue, plans: [])
    for _ in 1...5 { try journal.publish(Event(release: release, kind: .siteStarted)) }
    try journal.finish(release, .done, reason: nil)
    let events = try journal.events(after: 0, release: release, limit: 100)
    #expect(events.map(\.number) == Array(1...7))
    #expect(
      try journal.events(after: 6, release: nil, limit: 100).map(\.kind) == [.releaseFinished])
  }

  @Test func anAbortOutlastsACrashAndIsForgottenByAResume() throws {
    let journal = try Journal(layout: layout, creates: true)
    let release = try journal.begin(order, from: .blue, plans: [])
    try journal.ask(.abort, of: release)
    try journal.reopen(release, obeys: true)
    #expect(try journal.control(of: release) == .abort)
    try journal.reopen(release)
    #expect(try journal.control(of: release) == nil)
  }

  @Test func aNewerJournalIsRefused() throws {
    let journal = try Journal(layout: layout, creates: true)
    try journal.write("test") { try $0.execute(sql: "PRAGMA user_version = 99") }
    let failure = failure { _ = try Journal(layout: layout) }
    #expect(failure?.message.contains("version 99") == true)
  }

  @Test func aDamagedJournalIsRefusedWithTheWayOut() throws {
    _ = try Journal(layout: layout, creates: true)
    for name in ["", "-wal", "-shm"] { try Files.remove(layout.journal + name) }
    try Files.write(Array(repeating: 0x41, count: 8192), to: layout.journal)
    let failure = failure { try Journal(layout: layout).verify() }
    #expect(failure?.message.contains("damaged") == true)
    #expect(failure?.remedy == "leapfrog-host rebuild \(layout.root)")
  }

  @Test func aMissingJournalIsNotMadeByLooking() throws {
    #expect(throws: Failure.self) { try Journal(layout: layout) }
    #expect(!Files.exists(layout.journal))
  }

  @Test func theLockHasOneHolderAndNamesIt() throws {
    let lock = try #require(try PairLock.take(layout))
    try lock.sign(
      Entrant(
        pair: "acme", claim: Claim(token: "t"), actor: "tester", what: "upgrade of acme to v2"))
    #expect(try PairLock.take(layout) == nil)
    #expect(PairLock.isHeld(layout))
    let refusal = PairLock.refusal(layout, pair: "acme")
    #expect(refusal.exitStatus == 4)
    #expect(refusal.message.contains("upgrade of acme to v2, asked for by tester"))
  }

  private func failure(_ body: () throws -> Void) -> Failure? {
    do { try body() } catch { return error as? Failure }
    return nil
  }
}
