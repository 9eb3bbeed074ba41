import Glibc
import LeapfrogCore

/// Becomes a command in the platform that a site is on: never the wrong one, never in a migration.
public struct SiteCommand {
  private let layout: Layout
  private let spec: PairSpec
  private let site: String

  /// - Throws: `Failure` when the root is no pair.
  public init(root: String, site: String) throws {
    spec = try Pair.saved(root: root)
    layout = try Pair(root: root, name: spec.name).layout
    self.site = site
  }

  /// Replaces this process; the site's lock is held until the command ends.
  ///
  /// - Throws: `Failure` of kind `refused` while the site is in a migration.
  public func become(_ command: [String], waiting seconds: Int) throws {
    guard let program = command.first else { throw Failure.usage("there is no command to run") }
    guard Names.fault(inDomain: site) == nil, let lock = try hold(until: Deadline(seconds: seconds))
    else { throw busy }
    guard let platform = try LiveLinks(layout: layout).platform(of: site) else {
      throw Failure.refused(
        "\(site) is not seated", remedy: "leapfrog site add \(spec.name) \(site)")
    }
    lock.passOn()
    try withExtendedLifetime(lock) { try become(program, command, platform) }
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

  private func become(_ program: String, _ command: [String], _ platform: PlatformName) throws {
    let environment = AppEnvironment(layout: layout, spec: spec, site: site, platform: platform)
      .variables
    let configured = spec.site(site) ?? SiteSpec(name: site)
    clearenv()
    for (key, value) in environment { setenv(key, value, 1) }
    if let user = try AppUser.of(configured, layout: layout), try Identity.needsSwitch(to: user) {
      try user.becomeForGood()
    }
    try system("go to", layout.platform(platform)) { chdir(layout.platform(platform)) }
    // What is ignored here would be ignored by the command, and its pipelines would never end.
    signal(SIGPIPE, SIG_DFL)
    let arguments = command.map { strdup($0) } + [nil]
    execvp(program, arguments)
    throw Failure.system("run", program)
  }
}

extension JobUser {
  /// Gives up every right of the present user.
  func becomeForGood() throws {
    try system("take the groups of", name) { setgroups(groups.count, groups) }
    try system("take the group of", name) { setgid(gid) }
    try system("become", name) { setuid(uid) }
    for (key, value) in ["HOME": home, "USER": name, "LOGNAME": name] { setenv(key, value, 1) }
  }
}
