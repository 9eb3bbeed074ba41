import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Which sites the host moves express, whatever the one who asks says of the change.
@Suite struct ExpressPlanTests {
  private let disk: PairOnDisk
  private let journal: Journal
  private let old = Tree(["a": "1"])
  private let new = Tree(["a": "2"])
  private let other = Tree(["a": "3"])

  init() throws {
    disk = try PairOnDisk()
    journal = try Journal(layout: disk.layout, creates: true)
    try disk.stage(old, on: .blue)
    try disk.stage(new, on: .green)
    for platform in PlatformName.allCases {
      try StagedPlatform(layout: disk.layout, platform: platform).recordBuild(.none)
    }
    for name in ["a.example.com", "b.example.com"] {
      try LiveLinks(layout: disk.layout).flip(name, to: .blue)
    }
  }

  private func order(
    _ change: CodeChange?, kind: OrderKind = .upgrade, to: PlatformName = .green
  ) -> WorkOrder {
    let sites = [
      SiteSpec(name: "a.example.com"), SiteSpec(name: "b.example.com", express: .never),
    ]
    let spec = PairSpec(name: "acme", root: disk.layout.root, sites: sites)
    var order = WorkOrder(
      kind: kind, spec: spec, commit: to == .green ? new.commit : old.commit, to: to,
      actor: "tester")
    order.change = change
    return order
  }

  private func plans(_ order: WorkOrder) throws -> [MigrationPlan] {
    try ReleasePlanner(layout: disk.layout, journal: journal, order: order).plans()
  }

  private func kinds(_ from: Tree, _ to: Tree, _ updates: [String] = []) throws -> [MigrationKind] {
    let change = CodeChange(from: from.commit, to: to.commit, updates: updates)
    return try plans(order(change)).map(\.kind)
  }

  @Test func theChangeBetweenThePlatformsIsExpress() throws {
    #expect(try kinds(old, new) == [.express, .upgrade])
    let change = CodeChange(from: old.commit, to: new.commit, updates: [])
    let plan = try #require(try plans(order(change)).first)
    #expect(plan.steps == MigrationKind.express.steps())
    #expect(plan.inFull.steps == MigrationKind.upgrade.steps())
    #expect(plan.inFull.kind == .upgrade && plan.inFull.to == .green)
  }

  @Test func whatIsNotKnownOrUpdatesIsNot() throws {
    #expect(try plans(order(nil)).map(\.kind) == [.upgrade, .upgrade])
    #expect(try kinds(old, new, ["a.install"]) == [.upgrade, .upgrade])
  }

  /// The host believes its manifests and nobody's word.
  @Test func anotherChangeIsNot() throws {
    #expect(try kinds(other, new) == [.upgrade, .upgrade])
    #expect(try kinds(old, other) == [.upgrade, .upgrade])
    #expect(try kinds(new, old) == [.upgrade, .upgrade])
  }

  @Test func aWayBackIsExpressForAnUpgradeThatWas() throws {
    let change = CodeChange(from: old.commit, to: new.commit, updates: [])
    try arrive(order(change), .express)
    let back = order(nil, kind: .rollback, to: .blue)
    #expect(try plans(one(back)).map(\.kind) == [.express])
    try disk.stage(other, on: .blue)
    #expect(throws: Failure.self) { try plans(one(back)) }
  }

  /// It came here by a way back itself, and a way back of that would be an upgrade in disguise.
  @Test func aWayBackOfAWayBackIsNone() throws {
    try arrive(order(nil, kind: .rollback), .express)
    #expect(throws: Failure.self) { try plans(one(order(nil, kind: .rollback, to: .blue))) }
  }

  private func one(_ order: WorkOrder) -> WorkOrder {
    var order = order
    order.sites = ["a.example.com"]
    return order
  }

  /// Plays a release that took the first site to green.
  private func arrive(_ order: WorkOrder, _ kind: MigrationKind) throws {
    let plan = MigrationPlan(
      site: order.spec.sites[0], kind: kind, steps: kind.steps(), from: .blue, to: .green,
      backup: BackupStore.newID())
    let release = try journal.begin(order, from: .blue, plans: [plan])
    let record = try #require(try journal.migrations(of: release).first)
    try journal.finish(record, .moved, reason: nil, downtime: 0)
    try journal.finish(release, .done, reason: nil)
    try LiveLinks(layout: disk.layout).flip("a.example.com", to: .green)
  }

  @Test func aSuccessorIsPlannedOnce() throws {
    let change = CodeChange(from: old.commit, to: new.commit, updates: [])
    let plans = try plans(one(order(change)))
    let release = try journal.begin(one(order(change)), from: .blue, plans: plans)
    let record = try #require(try journal.migrations(of: release).first)
    for _ in 1...2 {
      try journal.supersede(record, by: record.plan.inFull, reason: .failed("updates are pending"))
    }
    let all = try journal.migrations(of: release)
    #expect(all.map(\.state) == [.superseded, .waiting])
    #expect(try journal.successor(of: record)?.id == all.last?.id)
    #expect(try journal.failures(of: release) == 0)
    let verdict = Verdict(
      release: try #require(try journal.release(release)), migrations: all, wasComplete: false,
      wasEnded: false)
    #expect(verdict.state == .interrupted)
    try journal.finish(all[1], .moved, reason: nil, downtime: 2)
    #expect(try journal.lastDowntimes() == ["a.example.com": 2])
    try expectDone(release, seated: 0, .done)
    try expectDone(release, seated: 1, .interrupted)
  }

  private func expectDone(
    _ release: Int64, seated: Int, _ state: ReleaseStatus.State
  ) throws {
    let verdict = Verdict(
      release: try #require(try journal.release(release)),
      migrations: try journal.migrations(of: release), wasComplete: true, wasEnded: false,
      seated: seated)
    #expect(verdict.state == state)
    #expect(verdict.reason == (seated == 0 ? nil : "1 site that moved keeps links on blue"))
  }

  @Test func aGraceLastsUntilItsTimeAfterTheFlip() {
    let begun = ContinuousClock.now
    #expect(Grace(seconds: 600).wait(after: begun - .seconds(600)))
    #expect(!Grace(seconds: 600).wait(after: begun) { true })
    #expect(begun.duration(to: .now) < .seconds(60))
    #expect(Grace(seconds: 1).wait(after: begun))
    #expect(begun.duration(to: .now) >= .seconds(1))
  }
}
