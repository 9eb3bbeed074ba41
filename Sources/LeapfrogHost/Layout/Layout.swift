import LeapfrogCore

/// Where everything of a pair is, below its root. The web server's configuration relies on these
/// paths, so they are part of the public contract.
struct Layout: Sendable, Equatable {
  /// The pair's directory, absolute.
  let root: String

  init(root: String) {
    self.root = root
  }

  // MARK: What the web server sees

  func platform(_ name: PlatformName) -> String { "\(root)/\(name.rawValue)" }
  var sites: String { "\(root)/sites" }
  func site(_ name: String) -> String { "\(sites)/\(name)" }
  var live: String { "\(root)/live" }
  func live(_ site: String) -> String { "\(live)/\(site)" }
  var aliases: String { "\(root)/aliases" }
  func alias(_ domain: String) -> String { "\(aliases)/\(domain)" }
  var previews: String { "\(root)/preview" }
  func preview(_ domain: String) -> String { "\(previews)/\(domain)" }
  var maintenance: String { "\(root)/maintenance" }
  func maintenance(_ site: String) -> String { "\(maintenance)/\(site)" }
  var closed: String { "\(root)/closed" }
  func closed(_ domain: String) -> String { "\(closed)/\(domain)" }
  var backups: String { "\(root)/backups" }
  func backups(of site: String) -> String { "\(backups)/\(site)" }
  func backup(_ id: String, of site: String) -> String { "\(backups)/\(site)/\(id)" }

  // MARK: What is leapfrog's own

  var own: String { "\(root)/.leapfrog" }
  var journal: String { "\(own)/journal.sqlite" }
  var lock: String { "\(own)/lock" }
  var pair: String { "\(own)/pair.json" }
  var workerLog: String { "\(own)/worker.log" }
  /// The HOME of builds. It is not below `own`, which nobody else may enter.
  var buildHome: String { "\(root)/build-home" }
  /// Whose a platform is while it is built.
  func loan(_ platform: PlatformName) -> String { "\(own)/\(platform.rawValue).building" }
  /// There once a build was told that it does not run as root any more.
  var buildNotice: String { "\(own)/build-account" }
  func manifest(_ platform: PlatformName) -> String { "\(own)/\(platform.rawValue).manifest" }
  var jobs: String { "\(own)/jobs" }
  func job(_ id: String) -> String { "\(jobs)/\(id)" }
  /// One lock a job, held as long as its command lives.
  var commandLocks: String { JobFiles.commandLocks(beside: jobs) }
  /// Where files go that are in the way but may be somebody's: failed states, strays.
  var aside: String { "\(own)/aside" }
  /// One lock a site, held shared by `exec` and exclusively by a migration.
  var siteLocks: String { "\(own)/site-locks" }
  func siteLock(_ site: String) -> String { "\(siteLocks)/\(site)" }
  /// What is passed on the way to the lock; no site's name begins with a dot.
  func siteGate(_ site: String) -> String { "\(siteLocks)/.\(site)" }

  /// The directories of a pair, in the order they are made, with their modes.
  var directories: [(path: String, mode: UInt32)] {
    [
      (own, 0o700), (jobs, 0o700), (commandLocks, 0o700), (aside, 0o700), (siteLocks, 0o700),
      (sites, 0o755), (live, 0o755), (aliases, 0o755), (previews, 0o755), (maintenance, 0o755),
      (closed, 0o755), (backups, 0o700), (platform(.blue), 0o755), (platform(.green), 0o755),
    ]
  }
}
