import Glibc
import LeapfrogCore

/// Runs a command in the platform that a site is on: never the wrong one, never in a migration.
public struct SiteCommand {
  private let layout: Layout
  private let spec: PairSpec
  private let site: String

  /// - Parameter environment: the names of the variables that the command gets, where a controller says so;
  ///   else as the last release had it.
  /// - Throws: `Failure` when the root is no pair.
  public init(root: String, site: String, environment: [String]? = nil) throws {
    var spec = try Pair.saved(root: root)
    if let environment { spec.environment = environment }
    self.spec = spec
    layout = try Pair(root: root, name: spec.name).layout
    self.site = site
  }

  /// Runs the command in the foreground of our caller. The site's lock is held until the command has ended,
  /// with everything that it has left running.
  ///
  /// - Returns: its exit status, as a shell has it: 128 and its number where a signal has ended it.
  /// - Throws: `Failure` of kind `refused` while the site is in a migration.
  public func run(_ command: [String], waiting seconds: Int) throws -> Int32 {
    SignalQueue.open()
    guard !command.isEmpty else { throw Failure.usage("there is no command to run") }
    guard Names.fault(inDomain: site) == nil, let lock = try hold(until: Deadline(seconds: seconds))
    else { throw busy }
    guard let platform = try LiveLinks(layout: layout).platform(of: site) else {
      throw Failure.refused(
        "\(site) is not seated", remedy: "leapfrog site add \(spec.name) \(site)")
    }
    let result = try withExtendedLifetime(lock) { try run(command, lock, on: platform) }
    switch result {
    case .exited(let status): return status
    case .signalled(let number): return 128 + number
    case .timedOut, .notStarted: throw Failure.failed("the command \(command[0]) \(result)")
    }
  }

  /// The site's lock while the site is open; nil when it does not come about in time.
  private func hold(until end: Deadline) throws -> SiteLock? {
    while true {
      if let lock = try attempt(until: end) { return lock }
      if end.isOver { return nil }
      usleep(100_000)
    }
  }

  /// A migration that was interrupted holds no lock, and has its site closed all the same.
  private func attempt(until end: Deadline) throws -> SiteLock? {
    let lock = try SiteLock.take(layout, site, exclusively: false, until: end)
    return Maintenance(layout: layout).isOn(site) ? nil : lock
  }

  private var busy: Failure {
    .refused(
      "\(site) is in a migration", remedy: "leapfrog exec --wait 600 \(site) -- …")
  }

  private func run(_ command: [String], _ lock: SiteLock, on platform: PlatformName) throws
    -> JobResult
  {
    let configured = spec.site(site) ?? SiteSpec(name: site)
    let user = try AppUser.of(configured, layout: layout)
    var environment = AppEnvironment(
      layout: layout, spec: spec, site: site, platform: platform, user: user
    ).variables
    environment["TERM"] = getenv("TERM").map { String(cString: $0) }
    let directory = layout.platform(platform)
    return try ForegroundCommand(
      program: Program.find(command[0], path: environment["PATH"], directory: directory),
      arguments: command, environment: environment, directory: directory,
      user: user.flatMap { try Identity.needsSwitch(to: $0) ? $0 : nil }, kept: lock.descriptor
    ).run()
  }
}
