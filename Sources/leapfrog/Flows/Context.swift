import Foundation
import Glibc
import LeapfrogControl
import LeapfrogCore

/// What a command works with: the configuration, the way to print, and the way to the hosts.
struct Context {
  let configuration: Configuration
  let console: Console

  /// Who asks, for the history: the login name, the one behind sudo too.
  var actor: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["SUDO_USER"].map { "\($0) (sudo)" } ?? NSUserName()
  }

  /// The pair of that name.
  func pair(_ name: String) throws -> PairConfiguration {
    try configuration.pair(name)
  }

  /// The host of a pair, with an open connection.
  func host(of pair: PairConfiguration) async throws -> PairHost {
    PairHost(spec: pair.spec, connection: try await LocalHost().connect())
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
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["LEAPFROG_STATE"] { return path }
    if let path = environment["XDG_STATE_HOME"] { return "\(path)/leapfrog" }
    return geteuid() == 0 ? "/var/lib/leapfrog" : "\(NSHomeDirectory())/.local/state/leapfrog"
  }

  /// Starts an order and follows it to its end; the status is the one to exit with.
  func carryOut(_ order: WorkOrder, on host: PairHost, fence: Int64? = nil) async throws -> Int32 {
    try await follow(try await host.work(order, fence: fence), on: host)
  }

  /// Follows work that goes on by itself.
  func follow(_ started: WorkStarted, on host: PairHost) async throws -> Int32 {
    if started.attached {
      console.note("attached to release \(started.release), which is under way")
    }
    let view = ReleaseView(console: console, pair: host.spec.name)
    let interrupt = InterruptHint(pair: host.spec.name, isSilent: console.isJSON)
    let release = try await Follower(host: host, started: started).follow(
      tick: view.tick, view.show, idle: view.refresh)
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
    return WorkOrder(
      kind: kind, spec: pair.spec, ref: ref?.name, commit: ref?.commit, to: to, sites: sites,
      actor: actor)
  }

  func unknownSite(_ name: String, _ pair: PairConfiguration) -> Failure {
    .usage(
      "\(pair.spec.name) has no site \(name)", remedy: "leapfrog site list \(pair.spec.name)")
  }
}
