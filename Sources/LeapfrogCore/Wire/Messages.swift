import Foundation

/// The pair a request is about.
public struct PairParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// The pair's name, for the answers.
  public var pair: String
  /// The names of the sites that the controller's configuration has; nil where it does not matter. A status
  /// tells of the other sites how they came here.
  public var configured: [String]?

  /// A request about the pair in that directory.
  public init(root: String, pair: String, configured: [String]? = nil) {
    self.root = root
    self.pair = pair
    self.configured = configured
  }
}

/// Who answers.
public struct HostInfo: Codable, Sendable {
  /// The version of the messages that the host speaks; the controller's has to be the same.
  public var version: Int
  /// Who `leapfrog-host` runs as.
  public var user: String
  /// The host's own name for itself.
  public var hostname: String
  /// When it answered, by the host's clock, in whole seconds, UTC.
  public var time: Date

  /// The answer to a `hello`.
  public init(version: Int, user: String, hostname: String, time: Date) {
    self.version = version
    self.user = user
    self.hostname = hostname
    self.time = time
  }
}

/// Asks for events after a number, and waits a while where there are none.
public struct EventsParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// The pair's name; a root that is another pair's is refused.
  public var pair: String
  /// The number of the last event that is known; 0 for all from the first on.
  public var after: Int64
  /// Only events of that release; nil for all.
  public var release: Int64?
  /// How long to wait for the first, in seconds.
  public var wait: Double
  /// How many at most.
  public var limit: Int

  /// A request that waits for nothing, and is not about one release, where nothing else is said.
  public init(
    root: String, pair: String, after: Int64, release: Int64? = nil, wait: Double = 0,
    limit: Int = 500
  ) {
    self.root = root
    self.pair = pair
    self.after = after
    self.release = release
    self.wait = wait
    self.limit = limit
  }
}

/// Events, and how the release that was asked about stands.
public struct EventsResult: Codable, Sendable {
  /// The events after the number, oldest first; empty where none came in time.
  public var events: [Event]
  /// How that release stands; nil while it is running, and where none was asked about.
  public var release: ReleaseStatus?

  /// The answer to a request for events.
  public init(events: [Event], release: ReleaseStatus?) {
    self.events = events
    self.release = release
  }
}

/// Asks what a release would meet on the host.
public struct SurveyParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// What the pair is, as the configuration has it.
  public var spec: PairSpec

  /// A request for a survey of the pair in that directory, or for a doctor's look at it.
  public init(root: String, spec: PairSpec) {
    self.root = root
    self.spec = spec
  }
}

/// What a release would meet on the host.
public struct Survey: Codable, Sendable {
  /// One site's sizes and history.
  public struct Site: Codable, Sendable {
    /// The site's name, as the configuration has it.
    public var name: String
    /// Size of the database, in bytes.
    public var databaseBytes: Int64
    /// Downtime of the site's last migration, in seconds; nil before the first.
    public var lastDowntime: Double?

    /// What is known of one site.
    public init(name: String, databaseBytes: Int64, lastDowntime: Double?) {
      self.name = name
      self.databaseBytes = databaseBytes
      self.lastDowntime = lastDowntime
    }
  }

  /// How the pair stands.
  public var status: PairStatus
  /// The sites of the configuration, in its order; also those that the host does not have yet.
  public var sites: [Site]
  /// Free space where the pair is, in bytes.
  public var freeBytes: Int64

  /// The answer to a request for a survey.
  public init(status: PairStatus, sites: [Site], freeBytes: Int64) {
    self.status = status
    self.sites = sites
    self.freeBytes = freeBytes
  }
}

/// Past releases, newest first.
public struct HistoryParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// The pair's name; a root that is another pair's is refused.
  public var pair: String
  /// How many releases at most.
  public var limit: Int
  /// Of what kind; nil for all.
  public var kind: OrderKind?

  /// A request for the history of the pair in that directory.
  public init(root: String, pair: String, limit: Int, kind: OrderKind? = nil) {
    self.root = root
    self.pair = pair
    self.limit = limit
    self.kind = kind
  }
}

/// A backup as a list shows it.
public struct BackupInfo: Codable, Sendable, Equatable {
  /// The name of its directory in the site's backups, for example `20261123T120501Z-4f2a09c1`.
  public var id: String
  /// The site that it is of.
  public var site: String
  /// When its last pass began, UTC; where no manifest tells, when its directory was last changed.
  public var made: Date
  /// The code the data belongs to.
  public var commit: ObjectID?
  /// The ref that the code was staged for; nil where it is not known.
  public var ref: String?
  /// The platform that the site was on; nil where it is not known.
  public var platform: PlatformName?
  /// Whether size, hash and contents were proven when it was made and are as recorded now.
  public var verified: Bool
  /// Why it is not verified.
  public var fault: String?
  /// Size of the database's copy, in bytes; 0 where there is none.
  public var databaseBytes: Int64
  /// How many files and links it has.
  public var files: Int
  /// Size of the files, in bytes.
  public var fileBytes: Int64
  /// Why it is kept whatever its age; nil when retention may remove it.
  public var neededBy: String?

  /// - Parameters:
  ///   - fault: why it is not verified; nil where it is.
  ///   - neededBy: why it is kept whatever its age; nil when retention may remove it.
  public init(
    id: String, site: String, made: Date, commit: ObjectID?, ref: String?,
    platform: PlatformName?, verified: Bool, fault: String? = nil, databaseBytes: Int64,
    files: Int, fileBytes: Int64, neededBy: String? = nil
  ) {
    self.id = id
    self.site = site
    self.made = made
    self.commit = commit
    self.ref = ref
    self.platform = platform
    self.verified = verified
    self.fault = fault
    self.databaseBytes = databaseBytes
    self.files = files
    self.fileBytes = fileBytes
    self.neededBy = neededBy
  }
}

/// One thing that a doctor looked at.
public struct Finding: Codable, Sendable, Equatable {
  /// What was looked at, in a word or two: `journal`, `space acme`, a site's name.
  public var subject: String
  /// Whether it is as it should be.
  public var good: Bool
  /// What the look found, or what is wrong; without a full stop.
  public var message: String
  /// The command that mends it.
  public var remedy: String?

  /// - Parameter remedy: the command that mends it; nil where there is none, or nothing to mend.
  public init(subject: String, good: Bool, message: String, remedy: String? = nil) {
    self.subject = subject
    self.good = good
    self.message = message
    self.remedy = remedy
  }
}
