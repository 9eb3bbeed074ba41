import Foundation
import LeapfrogCore
import Synchronization

/// Does one release, detached from whoever asked: builds, then moves the sites, and writes how it ended.
public final class Worker: Sendable {
  private let layout: Layout
  private let lock: PairLock
  private let journal: Journal
  private let release: ReleaseRecord
  private let jobs: Jobs
  /// False after a crash, when only what was begun is brought to its end.
  private let startsNew: Bool
  /// Seconds to wait for a command of `exec` that holds a site.
  private let patience: Int
  /// When a site was last moved that keeps its links on the platform it left.
  private let lastFlip = Mutex<ContinuousClock.Instant?>(nil)
  /// Once true no site is begun any more: the process was asked to end.
  private static let isEnding = Atomic(false)

  init(
    layout: Layout, lock: PairLock, release id: Int64, startsNew: Bool, patience: Int = 30
  ) throws {
    self.layout = layout
    self.lock = lock
    (self.startsNew, self.patience) = (startsNew, patience)
    journal = try Journal(layout: layout)
    guard let found = try journal.release(id) else {
      throw Failure.failed("there is no release \(id) in \(layout.journal)")
    }
    release = found
    jobs = Jobs(layout: layout, lock: lock.descriptor)
  }

  /// Lets what is closed come to its end and begins nothing more; for signal handlers.
  static func end() { isEnding.store(true, ordering: .sequentiallyConsistent) }

  /// Runs the release to its end, which the journal then has.
  func run() throws {
    do {
      // First of all: whatever the code is like by now, no site may stay half moved.
      try inParallel(try journal.migrations(of: release.id).filter { $0.state.isOpen }, start)
      let failure = try built() ?? readied()
      if failure == nil { try move() }
      try unseat()
      try conclude(failure)
    } catch {
      try? journal.finish(release.id, .interrupted, reason: Failure(error).description)
      throw error
    }
  }

  // MARK: The platform

  /// Builds the platform where that is still to be done; a failure ends the release before it begins.
  private func built() throws -> Failure? {
    guard startsNew, let to = release.order.to, needsCode, try hasMore() else { return nil }
    let build = Build(
      layout: layout, order: release.order, platform: to, jobs: jobs, journal: journal,
      release: release.id)
    let requirements = Requirements(
      layout: layout, release: release, jobs: jobs, journal: journal,
      isStopped: { [self] in try mustNotBegin() })
    do {
      try build.runIfNeeded()
      if [.upgrade, .rollback].contains(release.order.kind) {
        try SiteClaim.noteAll(of: release.order.spec, layout: layout)
      }
      try requirements.verify()
    } catch {
      return Failure(error)
    }
    return nil
  }

  /// What has to be done between the stage and the first site; a failure ends the release likewise.
  private func readied() throws -> Failure? {
    guard startsNew, let to = release.order.to, needsCode,
      try journal.migrations(of: release.id).contains(where: { $0.state == .waiting })
    else { return nil }
    do {
      try PlatformMarker.make(layout)
      for site in release.order.spec.sites {
        for platform in PlatformName.allCases {
          try Seat(layout: layout, site: site, platform: platform).mendOwners()
        }
      }
      try AfterStage(
        layout: layout, order: release.order, platform: to, jobs: jobs, journal: journal,
        release: release.id
      ).run()
    } catch { return Failure(error) }
    return nil
  }

  /// Whether sites wait, or the code is all that was asked for.
  private func hasMore() throws -> Bool {
    let all = try journal.migrations(of: release.id)
    return all.isEmpty || all.contains { $0.state == .waiting }
  }

  private var needsCode: Bool {
    [.`init`, .upgrade, .stage, .rollback, .add].contains(release.order.kind)
  }

  // MARK: The sites

  private func move() throws {
    guard startsNew else { return }
    let waiting = try journal.migrations(of: release.id).filter { $0.state == .waiting }
    let canary = Set(release.order.spec.canary)
    for record in waiting where canary.contains(record.plan.site.name) {
      guard try !canaryFailed() else { return }
      try start(record)
    }
    guard try !canaryFailed() else { return }
    try inParallel(waiting.filter { !canary.contains($0.plan.site.name) }, start)
  }

  /// A canary that fails keeps the others from being begun.
  private func canaryFailed() throws -> Bool {
    let canary = Set(release.order.spec.canary)
    return try journal.migrations(of: release.id).contains {
      canary.contains($0.plan.site.name) && [.back, .stuck, .attention].contains($0.state)
    }
  }

  private func inParallel(
    _ records: [MigrationRecord], _ body: @escaping @Sendable (MigrationRecord) throws -> Void
  ) throws {
    let queue = Mutex(records[...])
    let fault = Mutex<Failure?>(nil)
    Threads.run(min(release.order.spec.jobs, records.count)) {
      while let record = queue.withLock({ $0.popFirst() }), fault.withLock({ $0 == nil }) {
        do { try body(record) } catch { fault.withLock { $0 = Failure(error) } }
      }
    }
    if let fault = fault.withLock({ $0 }) { throw fault }
  }

  private func start(_ record: MigrationRecord) throws {
    if record.state == .waiting, try mustNotBegin() { return }
    if record.state == .waiting, try isAborted(record) {
      return try journal.finish(record, .back, reason: .aborted, downtime: nil)
    }
    if record.state == .waiting { try announce(record) }
    let guarded = try SiteLock.take(
      layout, record.plan.site.name, exclusively: true, waiting: patience)
    guard let guarded else { return try declined(record) }
    try withExtendedLifetime(guarded) { try driveWhole(record) }
  }

  /// Drives a migration and, with the site still locked, the one in full that may have to follow.
  private func driveWhole(_ record: MigrationRecord) throws {
    let end = try drive(record, keepsSeat: true)
    if record.plan.kind == .express { lastFlip.withLock { $0 = .now } }
    guard end == .superseded, startsNew, let next = try journal.successor(of: record),
      try !mustNotBegin(), try !isAborted(record)
    else { return }
    try announce(next)
    _ = try drive(next, keepsSeat: true)
  }

  private func drive(_ record: MigrationRecord, keepsSeat: Bool) throws -> MigrationRecord.State {
    let migration = SiteMigration(
      layout: layout, order: release.order, record: record, journal: journal, jobs: jobs)
    let driver = try MigrationDriver(migration, keepsSeat: keepsSeat) { [self] in
      try journal.control(of: release.id, in: record.id)
    }
    return try driver.run()
  }

  private func announce(_ record: MigrationRecord) throws {
    try journal.publish(
      Event(release: release.id, kind: .siteStarted, site: record.plan.site.name))
  }

  /// What was begun stays begun, for a later resume.
  private func declined(_ record: MigrationRecord) throws {
    guard record.state == .waiting else { return }
    let failure = Failure.failed(
      "\(record.plan.site.name) was not begun: a command of `leapfrog exec` is running on it")
    try journal.finish(record, .back, reason: failure, downtime: nil)
  }

  private func isAborted(_ record: MigrationRecord) throws -> Bool {
    try journal.control(of: release.id, in: record.id) == .abort
  }

  private func mustNotBegin() throws -> Bool {
    if Self.isEnding.load(ordering: .sequentiallyConsistent) { return true }
    if [.abort, .halt].contains(try journal.control(of: release.id)) { return true }
    return try journal.failures(of: release.id) >= release.order.spec.maxFailures
  }

  // MARK: The platform that was left

  /// Takes the links of sites that were never closed from the platform they left, all at once: when the
  /// requests that were under way at the last flip have had their time.
  private func unseat() throws {
    guard try !seated().isEmpty else { return }
    let grace = Grace(seconds: release.order.spec.drain)
    try announce(grace)
    let hasPassed = grace.wait(after: lastFlip.withLock { $0 } ?? .now) {
      Self.isEnding.load(ordering: .sequentiallyConsistent)
    }
    guard hasPassed else { return }
    try inParallel(seated()) { [self] in _ = try drive($0, keepsSeat: false) }
  }

  private func announce(_ grace: Grace) throws {
    guard grace.seconds > 0, let from = release.from else { return }
    try journal.publish(
      Event(
        release: release.id, kind: .drainStarted,
        text: "\(from) keeps its links for \(grace.seconds) s, for requests under way"))
  }

  private func seated() throws -> [MigrationRecord] { try journal.seated(of: release.id) }

  // MARK: The end

  /// `failure` is of the build, which kept the sites that wait from being begun.
  private func conclude(_ failure: Failure?) throws {
    let verdict = Verdict(
      release: try journal.release(release.id) ?? release,
      migrations: try journal.migrations(of: release.id), wasComplete: startsNew,
      wasEnded: Self.isEnding.load(ordering: .sequentiallyConsistent),
      seated: try seated().count, isOvertaken: try journal.isOvertaken(release.id),
      leftOut: try leftOut())
    if let failure {
      let state = verdict.state == .done ? .failed : verdict.state
      return try journal.finish(release.id, state, reason: failure.description)
    }
    // Before the end is told, so that nothing changes after it.
    if verdict.state == .done { prune() }
    try journal.finish(release.id, verdict.state, reason: verdict.reason)
  }

  /// The stuck sites of other releases that this one would have had.
  private func leftOut() throws -> [String] {
    guard release.order.sites.isEmpty,
      [.upgrade, .rollback, .backup].contains(release.order.kind)
    else { return [] }
    return try journal.stuckSites().filter { $0.release != release.id }.map(\.name)
  }

  /// What a stuck site's way back needs is older than all that is kept for its age.
  private func prune() {
    guard let open = try? journal.openMigrations(), let stuck = try? journal.openReleases() else {
      return
    }
    _ = try? Aside.prune(layout, olderThan: 30, keeping: Set(open.map(\.plan.backup)))
    let oldest = (try? journal.releases(limit: 20).last?.started).map { time in
      stuck.map(\.started).reduce(time, min)
    }
    try? jobs.prune(keeping: oldest)
  }
}
