import Foundation
import Glibc
import LeapfrogCore

/// Does what a controller asks of a pair: writes it into the journal and starts the detached worker. A
/// request that comes again, because its answer was lost, is answered and not done again.
struct WorkStarter {
  let pair: Pair
  let journal: Journal

  private var layout: Layout { pair.layout }
  private var gate: PairGate { PairGate(layout: layout, pair: pair.name) }

  /// Starts the worker of an order, or attaches to one that does the same. `held` is the lock that a stage
  /// has kept.
  func work(_ params: WorkParams, holding held: PairLock? = nil) throws -> WorkStarted {
    if held == nil, let same = try answered(params.asked) ?? attached(params) { return same }
    return try once(params.asked, holding: try held ?? waitOut(params.asked)) { lock in
      let entrant = params.asked.entrant(Journal.title(of: params.order))
      try gate.admit(entrant, holding: lock)
      return try start(params, entrant, lock)
    } besides: {
      try attached(params)
    }
  }

  /// Resumes, aborts or recovers what is open.
  func control(_ params: ControlParams) throws -> WorkStarted {
    if let same = try answered(params.asked) { return same }
    if params.action == .halt { return try halt(params) }
    return try once(params.asked, holding: nil) { lock in
      // Only now: a worker may have ended while its lock was waited for, and what is over stays over.
      try takeUp(try openRelease(params.release), params, lock)
    } besides: {
      let open = try openRelease(nil)
      guard params.release == nil || params.release == open.id else { return nil }
      return try steer(open.id, params)
    }
  }

  // MARK: Once

  /// Waits while the same run is about to do what it asks again here: its link broke before that was
  /// journalled.
  private func waitOut(_ asked: Asked) throws -> PairLock? {
    let deadline = Deadline(seconds: 30)
    while !deadline.isOver {
      if let lock = try gate.takeIfFree(for: asked.claim.token, waiting: 0.2) { return lock }
      guard PairLock.holder(layout)?.token == asked.claim.token, try answered(asked) == nil else {
        return nil
      }
    }
    return nil
  }

  /// Does what was asked under the lock, unless it was done meanwhile. Where another holds the lock
  /// `besides` answers, or nobody.
  private func once(
    _ asked: Asked, holding held: PairLock?, _ body: (PairLock) throws -> WorkStarted,
    besides: () throws -> WorkStarted?
  ) throws -> WorkStarted {
    guard let lock = try held ?? gate.takeIfFree(for: asked.claim.token) else {
      if let same = try answered(asked) ?? besides() { return same }
      throw PairLock.refusal(layout, pair: pair.name)
    }
    guard let known = try journal.answer(to: asked.request) else { return try body(lock) }
    // The one who journalled it died before its worker was there.
    if try journal.isUnbegun(known), let release = try journal.release(known.release) {
      let entrant = asked.entrant(Journal.title(of: release.order))
      try gate.admit(entrant, holding: lock)
      try journal.raiseFence(for: entrant)
      try spawn(release.id, startsNew: asked.startsNew, lock: lock)
    }
    return known
  }

  /// The answer that a request has had; nil also where nobody is about to do what it asks.
  private func answered(_ asked: Asked) throws -> WorkStarted? {
    guard let known = try journal.answer(to: asked.request),
      try !journal.isUnbegun(known) || PairLock.isHeld(layout)
    else { return nil }
    return known
  }

  // MARK: Work

  /// The release that does the same already, which then is the request's; nil when nobody is at work.
  private func attached(_ params: WorkParams) throws -> WorkStarted? {
    guard let release = try underWay(params.order) else { return nil }
    if let same = try answered(params.asked) { return same }
    try journal.note(params.request, release)
    return release
  }

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
  private func start(_ params: WorkParams, _ entrant: Entrant, _ lock: PairLock) throws
    -> WorkStarted
  {
    let release = try journalled(params.order, for: entrant, request: params.request)
    if try isDoneByStaging(params.order) {
      try journal.finish(release, .done, reason: nil)
    } else {
      try spawn(release, startsNew: true, lock: lock)
    }
    return try answer(to: params.request)
  }

  private func answer(to request: String) throws -> WorkStarted {
    guard let answer = try journal.answer(to: request) else {
      throw Failure.failed("the journal of \(pair.name) lost a request that it had")
    }
    return answer
  }

  /// Whether the stage has left nothing for a worker: the code is there, and no build is wanted.
  private func isDoneByStaging(_ order: WorkOrder) throws -> Bool {
    guard order.kind == .stage, let platform = order.to else { return false }
    let header = try PlatformManifest.header(of: platform, in: layout)
    return header?.state == .ready && header?.commit == order.commit
  }

  /// Plans the order and writes it down; the caller holds the lock.
  func journalled(_ order: WorkOrder, for entrant: Entrant, request: String? = nil) throws
    -> Int64
  {
    try journal.verify()
    try verifyBeside(order)
    let planner = ReleasePlanner(layout: layout, journal: journal, order: order)
    let plans = try planner.plans()
    try Pair.save(order.spec)
    return try journal.begin(
      order, from: planner.source(), plans: plans, for: entrant, request: request)
  }

  // MARK: Control

  private func takeUp(_ open: ReleaseRecord, _ params: ControlParams, _ lock: PairLock) throws
    -> WorkStarted
  {
    guard try params.site == nil || journal.isAtRest(open) else {
      throw StagingRule.refusal(of: open, pair: pair.name)
    }
    let (action, asked) = (params.action, params.asked)
    let entrant = asked.entrant("\(action.rawValue) of release \(open.id)")
    try gate.admit(entrant, holding: lock)
    let isOvertaken = try journal.isOvertaken(open.id)
    let asking: ControlParams.Action? =
      action == .abort ? .abort : params.isHalted == true || isOvertaken ? .halt : nil
    try journal.reopen(
      open.id, obeys: action == .recover && !isOvertaken, asking: asking, for: entrant,
      request: params.request)
    try spawn(open.id, startsNew: asked.startsNew, lock: lock)
    return try answer(to: params.request)
  }

  /// The release of that number where it is not over; without a number the one that has to be finished, or
  /// the newest that left a site stuck.
  private func openRelease(_ id: Int64?) throws -> ReleaseRecord {
    guard let id else {
      guard let open = try journal.openRelease() else { throw nothingUnderWay }
      return open
    }
    guard let open = try journal.openReleases().first(where: { $0.id == id }) else {
      throw nothingUnderWay
    }
    if let first = try journal.unfinishedRelease(), first.id != id {
      throw StagingRule.refusal(of: first, pair: pair.name)
    }
    return open
  }

  private var nothingUnderWay: Failure {
    .refused(
      "nothing of \(pair.name) is under way or was interrupted",
      remedy: "leapfrog status \(pair.name)")
  }

  /// Only a worker that is alive can be halted; what was interrupted begins nothing anyway. Another release
  /// than the one that is meant is somebody else's.
  private func halt(_ params: ControlParams) throws -> WorkStarted {
    guard PairLock.isHeld(layout), let open = try journal.openRelease(), open.state == .running,
      params.release == nil || params.release == open.id
    else { throw nothingUnderWay }
    return try steer(open.id, params)
  }

  /// A worker is alive: it can be aborted or halted, and a resume attaches to it.
  private func steer(_ release: Int64, _ params: ControlParams) throws -> WorkStarted {
    try journal.verify(params.claim, pair: pair.name)
    if let site = params.site { return try abort(site, of: release, params.request) }
    let release = WorkStarted(
      release: release, attached: true, after: try journal.lastEvent())
    switch params.action {
    case .abort, .halt:
      try journal.ask(params.action, of: release.release, request: params.request)
    case .resume, .recover: try journal.note(params.request, release)
    }
    return release
  }

  /// The others of the release go on, which is what the caller follows.
  private func abort(_ site: String, of release: Int64, _ request: String) throws -> WorkStarted {
    let answer = WorkStarted(release: release, attached: true, after: try journal.lastEvent())
    let record = try journal.migrations(of: release).last { record in
      record.plan.site.name == site && (record.state == .waiting || record.state == .running)
    }
    guard let record else {
      throw Failure.refused(
        "nothing of \(site) is under way", remedy: "leapfrog status \(pair.name)")
    }
    try journal.abort(record, request: request)
    try SiteAbort(layout: layout, journal: journal, migration: record).endCommand()
    return answer
  }

  /// What has to be finished first, and what a stuck site needs. A platform that a build has to change is
  /// none of its.
  private func verifyBeside(_ order: WorkOrder) throws {
    if let open = try journal.unfinishedRelease() {
      throw StagingRule.refusal(of: open, pair: pair.name)
    }
    guard let to = order.to, [.stage, .upgrade, .`init`].contains(order.kind),
      try PlatformManifest.header(of: to, in: layout)?.state != .ready,
      let site = try journal.stuckSites().first(where: { $0.platforms.contains(to) })
    else { return }
    throw site.refusal(pair: pair.name)
  }

  private func spawn(_ release: Int64, startsNew: Bool, lock: PairLock) throws {
    try Failpoint.around("worker.start") {
      try WorkerProcess.start(
        layout: layout, release: release, startsNew: startsNew, lock: lock.descriptor)
    }
  }
}
