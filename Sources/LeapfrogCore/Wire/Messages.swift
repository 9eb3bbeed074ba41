import Foundation

/// The pair a request is about.
public struct PairParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// The pair's name, for the answers.
  public var pair: String

  public init(root: String, pair: String) {
    self.root = root
    self.pair = pair
  }
}

/// Who answers.
public struct HostInfo: Codable, Sendable {
  public var version: Int
  public var user: String
  public var hostname: String
  public var time: Date

  public init(version: Int, user: String, hostname: String, time: Date) {
    self.version = version
    self.user = user
    self.hostname = hostname
    self.time = time
  }
}

/// Asks for events after a number, and waits a while where there are none.
public struct EventsParams: Codable, Sendable {
  public var root: String
  public var pair: String
  public var after: Int64
  /// Only events of that release; nil for all.
  public var release: Int64?
  /// How long to wait for the first, in seconds.
  public var wait: Double
  /// How many at most.
  public var limit: Int

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
  public var events: [Event]
  public var release: ReleaseStatus?

  public init(events: [Event], release: ReleaseStatus?) {
    self.events = events
    self.release = release
  }
}

/// Asks what a release would meet on the host.
public struct SurveyParams: Codable, Sendable {
  public var root: String
  public var spec: PairSpec

  public init(root: String, spec: PairSpec) {
    self.root = root
    self.spec = spec
  }
}

/// What a release would meet on the host.
public struct Survey: Codable, Sendable {
  /// One site's sizes and history.
  public struct Site: Codable, Sendable {
    public var name: String
    /// Size of the database, in bytes.
    public var databaseBytes: Int64
    /// Downtime of the site's last migration, in seconds; nil before the first.
    public var lastDowntime: Double?

    public init(name: String, databaseBytes: Int64, lastDowntime: Double?) {
      self.name = name
      self.databaseBytes = databaseBytes
      self.lastDowntime = lastDowntime
    }
  }

  public var status: PairStatus
  public var sites: [Site]
  /// Free space where the pair is, in bytes.
  public var freeBytes: Int64

  public init(status: PairStatus, sites: [Site], freeBytes: Int64) {
    self.status = status
    self.sites = sites
    self.freeBytes = freeBytes
  }
}

/// Past releases, newest first.
public struct HistoryParams: Codable, Sendable {
  public var root: String
  public var pair: String
  public var limit: Int

  public init(root: String, pair: String, limit: Int) {
    self.root = root
    self.pair = pair
    self.limit = limit
  }
}

/// A backup as a list shows it.
public struct BackupInfo: Codable, Sendable, Equatable {
  public var id: String
  public var site: String
  public var made: Date
  /// The code the data belongs to.
  public var commit: ObjectID?
  public var ref: String?
  public var platform: PlatformName?
  /// Whether size, hash and contents were proven when it was made and are as recorded now.
  public var verified: Bool
  /// Why it is not verified.
  public var fault: String?
  public var databaseBytes: Int64
  public var files: Int
  public var fileBytes: Int64
  /// Why it is kept whatever its age; nil when retention may remove it.
  public var neededBy: String?

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
  public var subject: String
  public var good: Bool
  public var message: String
  /// The command that mends it.
  public var remedy: String?

  public init(subject: String, good: Bool, message: String, remedy: String? = nil) {
    self.subject = subject
    self.good = good
    self.message = message
    self.remedy = remedy
  }
}
