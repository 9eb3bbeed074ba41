import Foundation

/// A pair as its host sees it.
public struct PairStatus: Codable, Sendable, Equatable {
  public var name: String
  public var root: String
  public var platforms: [String: PlatformStatus]
  public var sites: [SiteStatus]
  /// The release under way, interrupted or last to need something; nil when there is none.
  public var release: ReleaseStatus?
  /// The number of the newest fence, 0 before the first: what is decided on this status holds only while
  /// nobody else changes the pair, which raises it.
  public var fence: Int64 = 0

  public init(
    name: String, root: String, platforms: [String: PlatformStatus], sites: [SiteStatus],
    release: ReleaseStatus?
  ) {
    self.name = name
    self.root = root
    self.platforms = platforms
    self.sites = sites
    self.release = release
  }

  /// A platform's status by name.
  public subscript(_ name: PlatformName) -> PlatformStatus {
    platforms[name.rawValue] ?? PlatformStatus()
  }

  /// The platforms that have no site.
  public var idle: [PlatformName] { PlatformName.allCases.filter { self[$0].sites.isEmpty } }
}

/// A platform as its host sees it.
public struct PlatformStatus: Codable, Sendable, Equatable {
  /// How far the platform's code is to be trusted.
  public enum State: String, Codable, Sendable {
    /// Nothing was ever staged.
    case empty
    /// A stage was begun and not finished.
    case incomplete
    /// The code is written and verified; the build has not succeeded yet.
    case unbuilt
    /// At exactly one commit, built.
    case ready
  }

  public var ref: String?
  public var commit: ObjectID?
  public var sites: [String]
  public var state: State

  public init(
    ref: String? = nil, commit: ObjectID? = nil, sites: [String] = [], state: State = .empty
  ) {
    self.ref = ref
    self.commit = commit
    self.sites = sites
    self.state = state
  }
}

/// A site as its host sees it.
public struct SiteStatus: Codable, Sendable, Equatable {
  /// What the site is doing.
  public enum State: String, Codable, Sendable {
    /// Open to visitors.
    case serving
    /// Behind the maintenance page, in a migration.
    case maintenance
    /// Waits for its turn in the release under way.
    case waiting
    /// Its migration failed and it is back where it was, serving.
    case back
    /// It moved and is open, and something after that failed.
    case attention
    /// Neither forward nor back; a person has to look.
    case stuck
  }

  public var name: String
  public var platform: PlatformName?
  public var state: State
  /// Why, where the state is not `serving`.
  public var reason: String?
  /// The step under way.
  public var step: StepName?

  public init(
    name: String, platform: PlatformName?, state: State, reason: String? = nil,
    step: StepName? = nil
  ) {
    self.name = name
    self.platform = platform
    self.state = state
    self.reason = reason
    self.step = step
  }
}

/// A release as the journal has it.
public struct ReleaseStatus: Codable, Sendable, Equatable {
  /// How a release stands or ended.
  public enum State: String, Codable, Sendable {
    case running, interrupted, done, partly, failed, aborted, stuck

    /// Whether nothing more will happen by itself.
    public var isOver: Bool { self != .running && self != .interrupted }
  }

  public var id: Int64
  public var kind: OrderKind
  public var ref: String?
  public var commit: ObjectID?
  public var from: PlatformName?
  public var to: PlatformName?
  public var state: State
  /// Who asked for it.
  public var actor: String
  public var started: Date
  public var finished: Date?
  public var moved: [String]
  public var back: [String]
  public var stuck: [String]
  public var waiting: [String]
  /// Those of `moved` where something failed after they were open again.
  public var attention: [String] = []
  /// Those of `moved` that were never closed and whose data was not touched.
  public var express: [String] = []
  /// Why, where it did not end well.
  public var reason: String?
  /// What to type next, where something is left to do.
  public var next: [String]
  /// Summed downtime of its sites, in seconds.
  public var downtime: Double

  public init(
    id: Int64, kind: OrderKind, ref: String? = nil, commit: ObjectID? = nil,
    from: PlatformName? = nil, to: PlatformName? = nil, state: State, actor: String,
    started: Date, finished: Date? = nil, moved: [String] = [], back: [String] = [],
    stuck: [String] = [], waiting: [String] = [], reason: String? = nil, next: [String] = [],
    downtime: Double = 0
  ) {
    self.id = id
    self.kind = kind
    self.ref = ref
    self.commit = commit
    self.from = from
    self.to = to
    self.state = state
    self.actor = actor
    self.started = started
    self.finished = finished
    self.moved = moved
    self.back = back
    self.stuck = stuck
    self.waiting = waiting
    self.reason = reason
    self.next = next
    self.downtime = downtime
  }
}
