import Foundation
import Glibc
import LeapfrogControl
import LeapfrogCore

/// What a command works with: the configuration, the way to print, and the way to the hosts.
struct Context: Sendable {
  let configuration: Configuration
  var console: Console
  /// Names this run of a command.
  let token = UUID().uuidString
  /// When this run began.
  let started = Date()
  /// What its orders are stamped with.
  var stamp = Int64(Date().timeIntervalSince1970 * 1000)
  /// What a release on several hosts was decided on; nil where each host's turn decides.
  var decision: Decision?
  /// A later stamp, where hosts are still asked for those that they have.
  var laterStamp: Task<Int64, Never>?
  /// What a release on several hosts may lose in all.
  var budget: FailureBudget?

  /// Who asks, for the history: the login name, the one behind sudo too.
  var actor: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["SUDO_USER"].map { "\($0) (sudo)" } ?? NSUserName()
  }

  /// The pair of that name, which is on one host, or that on the host named.
  func pair(_ name: String, on host: String? = nil) throws -> PairConfiguration {
    try configuration.pair(name, on: host)
  }

  /// The pair on the host where a site is; on the only host, or the one named, where the configuration
  /// does not have the site.
  func member(_ pair: String, with site: String, on host: String? = nil) throws
    -> PairConfiguration
  {
    let group = try configuration.group(pair)
    if host == nil, let found = group.member(with: site) { return found }
    return try group.member(on: host)
  }

  /// The pair's name, with its host where it is on several.
  func label(_ pair: PairConfiguration) -> String {
    isSpread(pair) ? "\(pair.spec.name) on \(pair.host)" : pair.spec.name
  }

  /// Whether the configuration and a pair's host agree.
  func readiness(_ pair: PairConfiguration, _ status: PairStatus) -> Readiness {
    Readiness(spec: pair.spec, status: status, host: isSpread(pair) ? pair.host : nil)
  }

  /// The option that names its host, for commands to type; empty where the pair is on one host only.
  func hostOption(_ pair: PairConfiguration) -> String {
    isSpread(pair) ? " --host \(pair.host)" : ""
  }

  func isSpread(_ pair: PairConfiguration) -> Bool {
    configuration.pairs.count { $0.spec.name == pair.spec.name } > 1
  }

  /// The host of a pair; connected when it is asked.
  func host(of pair: PairConfiguration, link: HostLink? = nil) throws -> PairHost {
    PairHost(spec: pair.spec, link: try link ?? self.link(to: pair.host), token: token)
  }

  /// The link to a host.
  ///
  /// - Parameters:
  ///   - patience: for how long it is tried to be made again when it breaks.
  ///   - looksOnly: whether nobody is asked for anything, and nothing is put on the host.
  func link(
    to host: String, patience: Duration = Self.patience, looksOnly: Bool = false
  ) throws -> HostLink {
    let note = LinkNote(console: console, host: host)
    return HostLink(
      try Self.reach(
        host, looksOnly: looksOnly, progress: UploadView(console: console).progress),
      // Nothing is under way on a host that is only looked at.
      patience: looksOnly ? .zero : patience,
      notify: note.show)
  }

  static func reach(
    _ host: String, looksOnly: Bool = false, progress: @escaping RemoteHost.Progress
  ) throws -> any HostReaching {
    let executable = try executable.get()
    if host == "local" { return LocalHost(executable: executable) }
    return RemoteHost(
      name: host, executable: executable, looksOnly: looksOnly, progress: progress)
  }

  /// Read once, however many hosts get it.
  static let executable = Result { try HostExecutable.beside(state: stateDirectory) }

  /// What is under way goes on without a link, so it is worth waiting for.
  static var patience: Duration {
    let seconds = ProcessInfo.processInfo.environment["LEAPFROG_LINK_TIMEOUT"].flatMap(Int.init)
    return .seconds(seconds ?? 900)
  }

  /// The code of a pair, fetched; a full commit id that the mirror holds needs no fetch.
  func fetchedCode(of pair: PairConfiguration, for ref: String? = nil) async throws -> CodeReader {
    let mirror = Mirror(
      repository: pair.repository,
      directory: Mirror.directory(
        below: Self.stateDirectory, pair: pair.spec.name, repository: pair.repository))
    let reader = CodeReader(mirror: mirror)
    if let commit = ref.flatMap({ ObjectID($0) }), (try? await reader.holds(commit)) == true {
      return reader
    }
    try await console.waiting("Fetching \(pair.spec.name)") {
      try await mirror.fetch(deadline: .seconds(600))
    }
    return reader
  }

  /// Where the controller keeps its mirrors.
  static var stateDirectory: String {
    StateDirectory.path(
      environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0,
      home: NSHomeDirectory())
  }

  /// Starts an order and follows it to its end; the status is the one to exit with.
  ///
  /// - Parameter basis: what it was decided on.
  func carryOut(
    _ order: WorkOrder, on host: PairHost, _ basis: Basis = Basis()
  ) async throws -> Int32 {
    try requireBudget()
    var (order, basis) = (order, basis)
    if let laterStamp {
      let stamp = max(await laterStamp.value, order.stamp ?? 0)
      (order.stamp, basis.stamp) = (stamp, basis.stamp.map { max($0, stamp) })
    }
    let started = try await host.work(order, basis)
    StopPoint.pass("ordered", host.name)
    let status = try await follow(started, on: host)
    StopPoint.pass("done", host.name)
    return status
  }

  /// Lets nothing be begun once the failures that all hosts may have are used up.
  func requireBudget() throws {
    if budget?.isUsedUp == true { throw FailureBudget.UsedUp() }
  }

  /// The same for one of several hosts.
  func on(_ host: String) -> Context {
    var context = self
    context.console.host = host
    return context
  }

  /// Follows work that goes on by itself.
  func follow(_ started: WorkStarted, on host: PairHost) async throws -> Int32 {
    await budget?.watch(started.release, on: host.name)
    defer { budget?.leave(host.name) }
    if started.attached {
      console.note("attached to release \(started.release), which is under way")
    }
    let view = ReleaseView(console: console, pair: host.spec.name)
    let interrupt = InterruptHint(pair: host.spec.name, isSilent: console.isJSON)
    var isTold = false
    let release = try await Follower(host: host, started: started).follow(
      tick: view.tick,
      { event in
        // A log that cannot be written changes nothing of what goes on.
        do { try view.show(event) } catch  where !isTold {
          console.tell(Failure(error))
          isTold = true
        } catch {}
        budget?.count(event)
      }, idle: view.refresh)
    interrupt.cancel()
    view.finish(release)
    return release.exitStatus
  }

  /// An order for all sites of a pair, or for those named.
  func order(
    _ kind: OrderKind, _ pair: PairConfiguration, ref: ResolvedRef? = nil, to: PlatformName? = nil,
    sites: [String] = []
  ) throws -> WorkOrder {
    for site in sites where pair.spec.site(site) == nil && kind != .remove {
      throw unknownSite(site, pair)
    }
    var spec = pair.spec
    if let budget { spec.maxFailures = max(1, budget.left) }
    var order = WorkOrder(
      kind: kind, spec: spec, ref: ref?.name, commit: ref?.commit, to: to, sites: sites,
      actor: actor)
    order.stamp = stamp
    return order
  }

  /// An upgrade that is under way is the one that is asked for only if it goes to the same commit: a branch
  /// can have moved since.
  ///
  /// - Parameter ref: what was asked for.
  func verify(
    _ release: ReleaseStatus, goesTo commit: ObjectID, called ref: String,
    of pair: PairConfiguration
  ) throws {
    guard let its = release.commit, its != commit else { return }
    let way =
      release.ref == ref
      ? "\(ref) as it was, \(its.short), and it is \(commit.short) now"
      : "\(release.ref ?? "a commit") (\(its.short)), not to \(ref) (\(commit.short))"
    throw Failure.refused(
      "the upgrade of \(label(pair)) that is under way goes to \(way)",
      remedy: "leapfrog events \(pair.spec.name) --follow")
  }

  /// An upgrade that is under way for some sites only is not the one that is asked for where it leaves others
  /// out.
  ///
  /// - Parameter sites: those that were asked for; none means all.
  func verify(
    _ release: ReleaseStatus, isFor sites: [String], _ status: PairStatus,
    of pair: PairConfiguration
  ) throws {
    guard let only = release.only, let to = release.to else { return }
    let wanted = sites.isEmpty ? status[to.other].sites : sites
    let left = wanted.filter { !only.contains($0) }
    guard !left.isEmpty else { return }
    throw Failure.refused(
      "the upgrade of \(label(pair)) that is under way leaves \(Formats.names(left)) out; wait for its end",
      remedy: "leapfrog events \(pair.spec.name) --follow\(hostOption(pair))")
  }

  /// Why a pair can take no other commit: a stuck site needs the code of both platforms, or, where the pair is on
  /// several hosts, it has sites on both there. Nil where it can.
  func division(
    _ pair: PairConfiguration, _ status: PairStatus, without commit: ObjectID
  ) -> Failure? {
    let isThere = PlatformName.allCases.contains { status[$0].commit == commit }
    if !isThere, status.free.isEmpty, let refusal = stuck(pair, status) { return refusal }
    guard isSpread(pair), status.idle.isEmpty, !isThere else { return nil }
    let (name, option) = (pair.spec.name, hostOption(pair))
    let parts = PlatformName.allCases.map {
      "\(Formats.names(status[$0].sites)) on \($0) (\(status[$0].ref ?? "no ref"))"
    }
    return .refused(
      "\(label(pair)) has no idle platform: \(parts.joined(separator: ", ")); bring the sites together first, "
        + "forward, or back with `leapfrog rollback \(name)\(option)`",
      remedy: "leapfrog upgrade \(name) --continue\(option)")
  }

  /// Why what a stuck site needs cannot be changed; nil where none is stuck.
  func stuck(_ pair: PairConfiguration, _ status: PairStatus) -> Failure? {
    guard let release = status.stuckReleases.first else { return nil }
    let (name, sites) = (pair.spec.name, Formats.names(release.stuck))
    return .refused(
      "\(sites) of \(label(pair)) \(release.stuck.count == 1 ? "is" : "are") stuck since the "
        + "\(release.kind.rawValue)\(release.ref.map { " to \($0)" } ?? "") by \(release.actor), and the "
        + "code of both platforms is needed for that",
      remedy: "leapfrog resume \(name)\(hostOption(pair))")
  }

  func unknownSite(_ name: String, _ pair: PairConfiguration) -> Failure {
    .usage(
      "\(pair.spec.name) has no site \(name)", remedy: "leapfrog site list \(pair.spec.name)")
  }
}
