import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A release that is halted begins no further site and is over.
@Suite struct HaltTests {
  let disk: PairOnDisk
  let journal: Journal
  let starter: WorkStarter
  let order: WorkOrder

  init() throws {
    disk = try PairOnDisk()
    let sites = ["a.example.com", "b.example.com"].map { SiteSpec(name: $0) }
    let spec = PairSpec(name: "acme", root: disk.layout.root, sites: sites)
    journal = try Journal(layout: disk.layout, creates: true)
    starter = WorkStarter(
      pair: try Pair(root: disk.layout.root, name: "acme"), journal: journal)
    order = WorkOrder(kind: .backup, spec: spec, actor: "tester")
  }

  @Test func withNothingUnderWayItIsRefused() throws {
    let failure = #expect(throws: Failure.self) { try halt() }
    #expect(failure?.message.contains("nothing of acme is under way") == true)
    #expect(failure?.kind == .refused)
  }

  @Test func whatWasInterruptedStaysInterrupted() throws {
    let release = try begin()
    #expect(throws: Failure.self) { try halt() }
    #expect(try journal.control(of: release) == nil)
    #expect(try journal.lastEvent() == 1, "no worker was begun")
    #expect(!PairLock.isHeld(disk.layout))
  }

  @Test func theWorkerBeginsNoSite() throws {
    let lock = try #require(try PairLock.take(disk.layout))
    let release = try begin()
    #expect(try halt().release == release)
    try Worker(layout: disk.layout, lock: lock, release: release, startsNew: true).run()
    #expect(try journal.migrations(of: release).map(\.state) == [.waiting, .waiting])
    let record = try #require(try journal.release(release))
    #expect(record.state == .failed)
    #expect(
      record.reason == "2 sites were not begun, because the release's failures on its hosts "
        + "reached max_failures")
  }

  /// What was meant is over, and somebody else's has begun.
  @Test func anotherReleaseIsNotHalted() throws {
    let lock = try #require(try PairLock.take(disk.layout))
    let release = try begin()
    #expect(throws: Failure.self) { try halt(release - 1) }
    #expect(try journal.control(of: release) == nil)
    #expect(try halt(release).release == release)
    withExtendedLifetime(lock) {}
  }

  @Test func anAbortIsNotWeakened() throws {
    let lock = try #require(try PairLock.take(disk.layout))
    let release = try begin()
    try journal.ask(.abort, of: release)
    _ = try halt()
    #expect(try journal.control(of: release) == .abort)
    withExtendedLifetime(lock) {}
  }

  @Test(arguments: [MigrationRecord.State.moved, .back, .attention])
  func theVerdictNamesWhatWasNotBegun(_ state: MigrationRecord.State) throws {
    let lock = try #require(try PairLock.take(disk.layout))
    let release = try begin()
    let first = try #require(try journal.migrations(of: release).first)
    try journal.finish(first, state, reason: .failed("it failed"), downtime: nil)
    _ = try halt()
    // Also when the worker dies and what it had begun is brought to its end.
    try journal.reopen(release, obeys: true)
    try Worker(layout: disk.layout, lock: lock, release: release, startsNew: false).run()
    let record = try #require(try journal.release(release))
    #expect(record.state == (state == .back ? .failed : .partly))
    #expect(record.reason?.contains("1 site was not begun, because the release's") == true)
    #expect(record.reason?.hasPrefix("a.example.com: it failed") == (state != .moved))
  }

  private func begin() throws -> Int64 {
    let plans = order.spec.sites.map { site in
      MigrationPlan(
        site: site, kind: .backup, steps: MigrationKind.backup.steps(), from: .blue, to: .blue,
        backup: BackupStore.newID())
    }
    return try journal.begin(order, from: .blue, plans: plans)
  }

  private func halt(_ release: Int64? = nil) throws -> WorkStarted {
    try starter.control(
      ControlParams(
        root: disk.layout.root, pair: "acme", action: .halt, of: release, actor: "tester",
        claim: Claim(token: "t"), request: "r"))
  }
}
