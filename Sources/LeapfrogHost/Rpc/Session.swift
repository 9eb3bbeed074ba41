import Foundation
import Glibc
import LeapfrogCore

/// What one connection of a controller can ask; it holds the pair's lock from the begin of a stage
/// until a worker takes it over.
final class Session {
  private var staging: (pair: Pair, lock: PairLock, stage: Stage)?
  private var heldLock: (root: String, lock: PairLock)?

  /// Whether it keeps others from a pair.
  var isLocked: Bool { staging != nil || heldLock != nil }

  /// The account and the machine, looked up once.
  private lazy var identity = (user: NSUserName(), hostname: ProcessInfo.processInfo.hostName)

  func hello() -> HostInfo {
    HostInfo(
      version: Wire.version, user: identity.user, hostname: identity.hostname, time: Date())
  }

  // MARK: Looking

  func status(_ params: PairParams) throws -> PairStatus {
    try PairOwner.looking(at: Layout(root: params.root)) {
      let pair = try Pair(root: params.root, name: params.pair)
      let report = StatusReport(
        pair: pair, journal: try Journal(layout: pair.layout),
        configured: params.configured.map(Set.init))
      return try report.make()
    }
  }

  func survey(_ params: SurveyParams) throws -> Survey {
    let pair = try Pair(root: params.root, name: params.spec.name)
    return try SurveyReport(pair: pair, spec: params.spec).make()
  }

  func events(_ params: EventsParams) throws -> EventsResult {
    let pair = try Pair(root: params.root, name: params.pair)
    return try EventFeed(pair: pair, journal: Journal(layout: pair.layout)).next(params)
  }

  func history(_ params: HistoryParams) throws -> [ReleaseStatus] {
    let pair = try Pair(root: params.root, name: params.pair)
    let journal = try Journal(layout: pair.layout)
    let report = ReleaseReport(pair: pair.name, layout: pair.layout, journal: journal)
    return try journal.releases(limit: params.limit, kind: params.kind).map(report.make)
  }

  func backups(_ params: PairParams) throws -> [BackupInfo] {
    let pair = try Pair(root: params.root, name: params.pair)
    let (store, journal) = (BackupStore(layout: pair.layout), try Journal(layout: pair.layout))
    return try Files.names(in: pair.layout.backups).flatMap { site in
      try store.infos(
        site: site, needed: Retention.needed(of: site, journal: journal),
        newestFirst: journal.backups(of: site))
    }
  }

  func output(_ params: JobOutputParams) throws -> JobOutput {
    let pair = try Pair(root: params.root, name: params.pair)
    return try JobFiles(checked: params.job, pair.layout).output(from: params.offset)
  }

  func doctor(_ params: SurveyParams) -> [Finding] {
    HostDoctor(spec: params.spec).examine()
  }

  // MARK: The host

  func machine(_ params: MachineParams) -> Machine {
    MachineReport(pairs: params.pairs).make()
  }

  func units(_ params: UnitsParams) throws -> UnitsResult {
    try UnitInstaller(units: params.units).install()
  }

  // MARK: Staging

  func stageBegin(_ params: StageParams, _ bulk: Bulk) throws -> StageNeeds {
    let entries = try TreeCodec.decode(try bulk.bytes(bulk.left))
    let pair =
      try params.creates ? Pair.make(params.spec) : Pair(root: params.root, name: params.spec.name)
    let entrant = Entrant(
      pair: pair.name, claim: params.claim, actor: params.actor, what: "stage of \(params.ref)")
    let lock = try lock(pair, entrant)
    let platform = try StagingRule(layout: pair.layout, pair: pair.name).platform(
      asked: params.platform, ref: params.ref)
    try Journal(layout: pair.layout).raiseFence(for: entrant)
    // Before anything is written: a build that cannot run later leaves a platform that is of no use.
    if !params.build.isNone { _ = try BuildAccount.prepared(for: params.spec, pair.layout) }
    try BuildOwnership(layout: pair.layout, platform: platform).takeBack()
    let stage = Stage(
      layout: pair.layout, platform: platform, ref: params.ref, commit: params.commit,
      build: params.build)
    let needs = try stage.begin(entries: entries, base: params.base)
    staging = (pair, lock, stage)
    return needs
  }

  /// Each blob is 20 bytes of object id, 8 of length (big endian), and the contents.
  func stageBlobs(_ bulk: Bulk) throws -> Nothing {
    guard let staging else { throw Failure.usage("no stage was begun") }
    while bulk.left > 0 {
      let head = try bulk.bytes(28)
      let length = head[20...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard let id = ObjectID(bytes: head[..<20]), length <= UInt64(bulk.left) else {
        throw Failure.usage("a blob is cut short")
      }
      try bulk.withBytes(Int(length)) { try staging.stage.receive(id, $0) }
    }
    return Nothing()
  }

  func stageFinish() throws -> Staged {
    guard let staging else { throw Failure.usage("no stage was begun") }
    let staged = try staging.stage.finish()
    try Journal(layout: staging.pair.layout).raiseFenceAgain()
    heldLock = (staging.pair.layout.root, staging.lock)
    self.staging = nil
    return staged
  }

  // MARK: Work

  func work(_ params: WorkParams) throws -> WorkStarted {
    let pair = try Pair(root: params.root, name: params.order.spec.name)
    let starter = WorkStarter(pair: pair, journal: try Journal(layout: pair.layout))
    let held = held(pair)
    // The lock is the worker's from now on, or free when there is none.
    if held != nil { (heldLock, staging) = (nil, nil) }
    return try starter.work(params, holding: held)
  }

  /// Announces a release that begins here later, or takes it back. It keeps nobody from anything but from what
  /// was decided earlier, and needs no lock; a free one lets an older journal be migrated for it.
  func plan(_ params: PlanParams) throws -> PlanResult {
    let layout = try Pair(root: params.root, name: params.pair).layout
    let journal = try Journal(layout: layout)
    if let lock = try PairLock.take(layout) { try journal.migrate(holding: lock) }
    guard let planned = params.planned else {
      try journal.unplan(params.claim)
      return PlanResult()
    }
    return PlanResult(
      replaced: try journal.plan(planned, params.claim, pair: params.pair))
  }

  func control(_ params: ControlParams) throws -> WorkStarted {
    let pair = try Pair(root: params.root, name: params.pair)
    return try WorkStarter(pair: pair, journal: try Journal(layout: pair.layout)).control(params)
  }

  private func lock(_ pair: Pair, _ entrant: Entrant) throws -> PairLock {
    let gate = PairGate(layout: pair.layout, pair: pair.name)
    let lock = try held(pair) ?? gate.take(for: entrant.claim.token)
    try gate.admit(entrant, holding: lock, isSession: true)
    return lock
  }

  private func held(_ pair: Pair) -> PairLock? {
    if let heldLock, heldLock.root == pair.layout.root { return heldLock.lock }
    if let staging, staging.pair.layout == pair.layout { return staging.lock }
    return nil
  }
}
