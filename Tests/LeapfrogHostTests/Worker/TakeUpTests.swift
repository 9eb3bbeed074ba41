import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Who attaches to a release, takes it up, or is too late.
@Suite struct TakeUpTests {
  let disk: PairOnDisk
  let pair: Pair
  let journal: Journal
  let spec: PairSpec

  init() throws {
    disk = try PairOnDisk()
    let sites = ["a.example.com", "b.example.com"].map { SiteSpec(name: $0) }
    spec = PairSpec(name: "acme", root: disk.layout.root, sites: sites)
    pair = try Pair(root: disk.layout.root, name: "acme")
    journal = try Journal(layout: disk.layout, creates: true)
  }

  @Test func anOrderForOtherSitesIsAnotherOrder() throws {
    let lock = try #require(try PairLock.take(disk.layout))
    let starter = WorkStarter(pair: pair, journal: journal)
    let begun = try journal.begin(order(["a.example.com"]), from: .blue, plans: [])
    #expect(try starter.underWay(order(["a.example.com"]))?.release == begun)
    #expect(try starter.underWay(order(["b.example.com"])) == nil)
    #expect(try starter.underWay(order([])) == nil)
    withExtendedLifetime(lock) {}
  }

  /// A command of `exec` holds the site: what was begun stays begun and is not called undone.
  @Test func aSiteThatIsHeldIsTakenUpLater() throws {
    let (lock, site) = (try #require(try PairLock.take(disk.layout)), spec.sites[0])
    let plan = MigrationPlan(
      site: site, kind: .backup, steps: MigrationKind.backup.steps(), from: .blue, to: .blue,
      backup: BackupStore.newID())
    let release = try journal.begin(order([site.name]), from: .blue, plans: [plan])
    let record = try #require(try journal.migrations(of: release).first)
    try journal.record(
      [Mark(.prepare, .forward, .intent)], of: record, events: [], flipped: nil)
    let held = try SiteLock.take(disk.layout, site.name, exclusively: false, waiting: 0)
    try Worker(
      layout: disk.layout, lock: lock, release: release, startsNew: true, patience: 0
    ).run()
    #expect(try journal.migrations(of: release).map(\.state) == [.running])
    #expect(try journal.openRelease()?.state == .interrupted)
    #expect(held != nil)
  }

  /// The worker ends while the lock is waited for.
  @Test func whatIsOverByNowIsNotTakenUpAgain() throws {
    var lock = try PairLock.take(disk.layout)
    #expect(lock != nil)
    let release = try journal.begin(order([]), from: .blue, plans: [])
    let (journal, starter) = (journal, WorkStarter(pair: pair, journal: journal))
    let params = ControlParams(
      root: disk.layout.root, pair: "acme", action: .abort, actor: "t", claim: Claim(token: "t"),
      request: "r")
    let (answer, _) = try Threads.both {
      Result { try starter.control(params) }.mapError { Failure($0) }
    } and: {
      usleep(200_000)
      try journal.finish(release, .done, reason: nil)
      lock = nil
    }
    #expect(throws: Failure.self) { try answer.get() }
    #expect(try journal.state(of: release) == .done)
  }

  @Test func aSiteThatAnswersWronglyCountsAsFailed() throws {
    let site = spec.sites[0]
    let plan = MigrationPlan(
      site: site, kind: .upgrade, steps: [.confirm], from: .blue, to: .green,
      backup: BackupStore.newID())
    let release = try journal.begin(order([]), from: .blue, plans: [plan])
    let record = try #require(try journal.migrations(of: release).first)
    try journal.finish(record, .attention, reason: .failed("it answers 500"), downtime: nil)
    #expect(try journal.failures(of: release) == 1)
  }

  private func order(_ sites: [String]) -> WorkOrder {
    WorkOrder(kind: .backup, spec: spec, sites: sites, actor: "tester")
  }
}
