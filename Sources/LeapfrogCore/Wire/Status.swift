import Foundation

/// A pair as its host sees it.
public struct PairStatus: Codable, Sendable, Equatable {
  /// The pair's name, as the configuration has it.
  public var name: String
  /// The pair's directory, absolute.
  public var root: String
  /// The platforms by their names, `blue` and `green`.
  public var platforms: [String: PlatformStatus]
  /// The sites that are on a platform, in a migration or waiting for one, by name.
  public var sites: [SiteStatus]
  /// The release under way, interrupted or last to need something; nil when there is none.
  public var release: ReleaseStatus?
  /// The number of the newest fence, 0 before the first: what is decided on this status holds only while
  /// nobody else changes the pair, which raises it.
  public var fence: Int64 = 0
  /// The stamp of the latest decision that the host has heard of; nil before the first.
  public var decided: Int64?
  /// The release that was decided for this host and has not begun on it.
  public var planned: PlannedRelease?
  /// The other releases of which sites are stuck, newest first; `release` can be one, too.
  public var stuck: [ReleaseStatus]?

  /// A pair before its first fence; `fence` is set afterwards where there is one.
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

  /// The platforms whose code may change: they have no site, and no stuck one needs them.
  public var free: [PlatformName] { idle.filter { !isNeeded($0) } }

  /// Whether a stuck site needs the code of a platform.
  public func isNeeded(_ platform: PlatformName) -> Bool {
    stuckReleases.contains { $0.from == platform || $0.to == platform }
  }

  /// The releases that left sites stuck.
  public var stuckReleases: [ReleaseStatus] {
    ([release].compactMap { $0 } + (stuck ?? [])).filter { $0.state == .stuck }
  }
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

  /// What people call the commit; nil where nothing was staged, or the manifest cannot be read.
  public var ref: String?
  /// The commit that the platform holds, or is being brought to while it is incomplete; nil as with `ref`.
  public var commit: ObjectID?
  /// The names of the sites on it, sorted; none on an idle platform.
  public var sites: [String]
  /// How far the code is to be trusted.
  public var state: State

  /// A platform where nothing was ever staged, where nothing else is said.
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

  /// The site's name, which is its first domain.
  public var name: String
  /// The platform that the site's live link leads to; nil where it has none.
  public var platform: PlatformName?
  /// What the site is doing, or what its last migration left to do.
  public var state: State
  /// Why, where the state is not `serving`.
  public var reason: String?
  /// The step under way.
  public var step: StepName?
  /// Who added it, of a site that the controller's configuration does not have; nil of all others, and where
  /// the journal does not know.
  public var added: SiteOrigin?

  /// - Parameters:
  ///   - platform: where the site's live link leads; nil where it has none.
  ///   - reason: why it is not serving, where something says so.
  ///   - step: the step of its migration that is under way; nil where none is.
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

/// How a site came to a host.
public struct SiteOrigin: Codable, Sendable, Equatable {
  /// The number of the release that seated it.
  public var release: Int64
  /// Who asked for that.
  public var actor: String
  /// When that release began, UTC.
  public var time: Date

  /// The release that seated a site.
  public init(release: Int64, actor: String, time: Date) {
    (self.release, self.actor, self.time) = (release, actor, time)
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

  /// The number that the journal gave it.
  public var id: Int64
  /// What was asked for.
  public var kind: OrderKind
  /// What people call the commit; nil where the order names none, as that for a backup.
  public var ref: String?
  /// The commit of the platform that the work leads to; nil where the order names none.
  public var commit: ObjectID?
  /// The platform besides `to`, which sites leave in an upgrade and a rollback; nil for a new pair, and where
  /// `to` is nil.
  public var from: PlatformName?
  /// The platform that the work leads to; nil for backups, restores and removals.
  public var to: PlatformName?
  /// How it stands or ended.
  public var state: State
  /// Who asked for it.
  public var actor: String
  /// When it began, UTC.
  public var started: Date
  /// When it ended or was interrupted, UTC; nil where the journal has no end of it, as while it runs.
  public var finished: Date?
  /// The names of the sites that are as the work wanted them.
  public var moved: [String]
  /// The names of the sites where it failed or was undone; they are as before.
  public var back: [String]
  /// The names of the sites that are neither as wanted nor as before; a person has to look.
  public var stuck: [String]
  /// The names of the sites that are not begun.
  public var waiting: [String]
  /// The order's `stamp`, by which releases of several hosts are compared.
  public var stamp: Int64?
  /// The names of the sites that the order names; nil where it is for all.
  public var only: [String]?
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

  /// A release as its migrations have it; `stamp`, `only`, `attention` and `express` are set afterwards.
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
