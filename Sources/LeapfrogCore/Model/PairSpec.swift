/// What a pair is, as the host needs to know it. The repository is the controller's business alone:
/// its address can hold credentials.
public struct PairSpec: Codable, Sendable, Equatable {
  /// The pair's name.
  public var name: String
  /// The directory of the pair on its host, absolute.
  public var root: String
  /// The app profile's name.
  public var app: String
  /// The document root below the platform; `.` for the platform itself.
  public var docroot: String
  /// What the app's profile runs in the platform before `build`.
  public var profileBuild: Command
  /// Makes the platform ready after the code is written; runs in the platform.
  public var build: Command
  /// The account that both builds run as when leapfrog runs as root; nil for one of the pair's own.
  public var buildUser: String?
  /// Runs on the host before the first site of a release moves, for example to reload a pool of PHP: a
  /// pair uses each path again at every second release.
  public var afterStage: Command
  /// Seconds that requests under way may take to end when a site is closed, and before the links of a
  /// site leave the platform that an express migration took it from.
  public var drain: Int
  /// How many sites are moved at once.
  public var jobs: Int
  /// The sites that go first, in this order.
  public var canary: [String]
  /// No new site is started after so many failed.
  public var maxFailures: Int
  /// How many verified backups of a site are kept besides those that a way back still needs.
  public var keepBackups: Int
  /// Seconds after which a command of the app or the build is ended.
  public var commandTimeout: Int
  /// The address, as `http://HOST:PORT`, of the listener that serves `preview/`; nil when none does.
  public var preview: String?
  /// The address, as `http://HOST:PORT`, where the public domains answer; nil when none is asked.
  public var address: String?
  /// The variables of `leapfrog-host`'s environment that the build and the commands of all sites get, by
  /// their names; nil in what was written by a leapfrog that handed on the whole environment.
  public var environment: [String]?
  /// The sites, in the order of the configuration.
  @SharingCommands public var sites: [SiteSpec]

  /// Both builds as one command, which is never run: it tells whether they are what they were.
  public var wholeBuild: Command {
    profileBuild.isNone
      ? build : Command(["profile"] + profileBuild.arguments + ["pair"] + build.arguments)
  }

  /// A pair that has the standard of every setting that is not given.
  public init(
    name: String, root: String, app: String = "command", docroot: String = ".",
    profileBuild: Command = .none,
    build: Command = .none, buildUser: String? = nil, afterStage: Command = .none, drain: Int = 10,
    jobs: Int = 1,
    canary: [String] = [], maxFailures: Int = 10,
    keepBackups: Int = 3, commandTimeout: Int = 3600, preview: String? = nil,
    address: String? = nil, environment: [String]? = [], sites: [SiteSpec] = []
  ) {
    self.name = name
    self.root = root
    self.app = app
    self.docroot = docroot
    self.profileBuild = profileBuild
    self.build = build
    self.buildUser = buildUser
    self.afterStage = afterStage
    self.drain = drain
    self.jobs = jobs
    self.canary = canary
    self.maxFailures = maxFailures
    self.keepBackups = keepBackups
    self.commandTimeout = commandTimeout
    self.preview = preview
    self.address = address
    self.environment = environment
    self.sites = sites
  }

  /// The site of that name, where the configuration has it.
  public func site(_ name: String) -> SiteSpec? {
    sites.first { $0.name == name }
  }

  /// The sites in the order of a release: canaries first, then as configured.
  public var sitesInOrder: [SiteSpec] {
    canary.compactMap(site) + sites.filter { !canary.contains($0.name) }
  }

  /// What is said of pages that are to be checked and are not asked before the flip, since there is no
  /// listener; nil when there are none.
  public var unaskedPages: String? {
    guard preview == nil else { return nil }
    let names = sites.filter { $0.checks.contains { $0.command.isNone } }.map(\.name)
    guard let first = names.first else { return nil }
    let rest = names.count > 1 ? " and \(names.count - 1) more" : ""
    return "\(name) has no `preview`, so the `check` of a page is not asked "
      + "before the flip: \(first)\(rest)"
  }
}
