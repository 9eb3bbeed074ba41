import Foundation
import Glibc
import LeapfrogCore

/// Writes an order into the journal and starts the detached worker that does it.
struct WorkStarter {
  let pair: Pair
  let journal: Journal

  private var layout: Layout { pair.layout }

  /// The release that does the same already; nil when nobody is at work.
  func underWay(_ order: WorkOrder) throws -> WorkStarted? {
    guard PairLock.isHeld(layout), let open = try journal.openRelease(), open.state == .running,
      open.order.kind == order.kind, open.order.commit == order.commit,
      open.order.sites == order.sites, open.order.backup == order.backup
    else { return nil }
    let first = try journal.events(after: 0, release: open.id, limit: 1).first?.number ?? 1
    return WorkStarted(release: open.id, attached: true, after: first - 1)
  }

  /// Journals the order and hands the lock to its worker.
  func start(_ order: WorkOrder, lock: PairLock) throws -> WorkStarted {
    let after = try journal.lastEvent()
    let release = try journalled(order)
    if try isDoneByStaging(order) {
      try journal.finish(release, .done, reason: nil)
    } else {
      try spawn(release, startsNew: true, lock: lock)
    }
    return WorkStarted(release: release, attached: false, after: after)
  }

  /// Whether the stage has left nothing for a worker: the code is there, and no build is wanted.
  private func isDoneByStaging(_ order: WorkOrder) throws -> Bool {
    guard order.kind == .stage, let platform = order.to else { return false }
    let header = try PlatformManifest.header(of: platform, in: layout)
    return header?.state == .ready && header?.commit == order.commit
  }

  /// Plans the order and writes it down; the caller holds the lock.
  func journalled(_ order: WorkOrder) throws -> Int64 {
    try journal.verify()
    try verifyNothingOpen()
    let planner = ReleasePlanner(layout: layout, journal: journal, order: order)
    let plans = try planner.plans()
    try Pair.save(order.spec)
    return try journal.begin(order, from: planner.source(), plans: plans)
  }

  /// Resumes, aborts or recovers what is open.
  func control(_ params: ControlParams) throws -> WorkStarted {
    let after = try journal.lastEvent()
    guard let lock = try PairLock.take(layout, waiting: 1) else {
      try journal.verify(params.claim, pair: pair.name)
      return try steer(openRelease(), params.action, after: after)
    }
    // Only now: a worker may have ended while its lock was waited for, and what is over stays over.
    let open = try openRelease()
    let entrant = Entrant(
      claim: params.claim, actor: params.actor,
      what: "\(params.action.rawValue) of release \(open.id)")
    try PairGate(layout: layout, pair: pair.name).pass(entrant, holding: lock)
    try journal.reopen(open.id, obeys: params.action == .recover)
    if params.action == .abort { try journal.ask(.abort, of: open.id) }
    try spawn(open.id, startsNew: params.action == .resume, lock: lock)
    return WorkStarted(release: open.id, attached: false, after: after)
  }

  private func openRelease() throws -> ReleaseRecord {
    if let open = try journal.openRelease() { return open }
    throw Failure.refused(
      "nothing of \(pair.name) is under way or was interrupted",
      remedy: "leapfrog status \(pair.name)")
  }

  /// A worker is alive: it can be aborted, and a resume attaches to it.
  private func steer(_ open: ReleaseRecord, _ action: ControlParams.Action, after: Int64) throws
    -> WorkStarted
  {
    if action == .abort { try journal.ask(.abort, of: open.id) }
    return WorkStarted(release: open.id, attached: true, after: after)
  }

  private func verifyNothingOpen() throws {
    guard let open = try journal.openRelease() else { return }
    let state = open.state == .stuck ? "is stuck" : "was interrupted"
    throw Failure.refused(
      "the \(Journal.title(of: open.order)) \(state): \(open.reason ?? "its worker ended early")",
      remedy: "leapfrog resume \(pair.name)")
  }

  private func spawn(_ release: Int64, startsNew: Bool, lock: PairLock) throws {
    try WorkerProcess.start(
      layout: layout, release: release, startsNew: startsNew, lock: lock.descriptor)
  }
}
