/// What an order asks the worker to do.
public enum OrderKind: String, Codable, Sendable {
  /// Makes the pair: build, then seats the configured sites.
  case `init`
  /// Build, then moves the sites.
  case upgrade
  /// Build only.
  case stage
  case rollback
  case backup
  case restore
  case add
  case remove
}

/// One piece of work for a pair, journalled whole before it begins.
public struct WorkOrder: Codable, Sendable, Equatable {
  /// What is to be done.
  public var kind: OrderKind
  /// What the pair and its sites are; the host keeps it until the next order.
  public var spec: PairSpec
  /// What people call the commit; nil where the work needs no certain code.
  public var ref: String?
  /// The commit that the platform has to hold; nil where any will do.
  public var commit: ObjectID?
  /// The platform the work leads to.
  public var to: PlatformName?
  /// The sites, by name, in order; all that the kind means where it is empty.
  public var sites: [String]
  /// The backup that a restore is from; nil for the last verified one.
  public var backup: String?
  /// Whether it takes up the sites that an earlier attempt left behind.
  public var continues: Bool
  /// Who asked, for the history.
  public var actor: String
  /// When it was asked for: milliseconds since 1970 by the controller's clock, the same on every host of one
  /// release, and later than all that the controller saw on them. The clocks of hosts differ, and cannot
  /// tell which of their releases is the newest. Nil from a controller that set none.
  public var stamp: Int64?
  /// How the code changes, as far as it can touch data; nil when nobody looked, or when express
  /// migrations are not wanted. Then every site is closed and updated.
  public var change: CodeChange?

  /// An order for every site that the kind means, where none is named; `change` is set afterwards.
  public init(
    kind: OrderKind, spec: PairSpec, ref: String? = nil, commit: ObjectID? = nil,
    to: PlatformName? = nil, sites: [String] = [], backup: String? = nil,
    continues: Bool = false, actor: String
  ) {
    self.kind = kind
    self.spec = spec
    self.ref = ref
    self.commit = commit
    self.to = to
    self.sites = sites
    self.backup = backup
    self.continues = continues
    self.actor = actor
  }
}

/// What the way from one commit to another can mean for the data of sites, read from git by the
/// profile's patterns.
public struct CodeChange: Codable, Sendable, Equatable {
  /// The commit that the sites are on.
  public var from: ObjectID
  /// The commit that they go to.
  public var to: ObjectID
  /// What can update data, each as a path, with the line where a line decided. Empty where the change
  /// cannot touch data.
  public var updates: [String]

  /// - Parameter updates: what can update data; empty where the change cannot touch it.
  public init(from: ObjectID, to: ObjectID, updates: [String]) {
    self.from = from
    self.to = to
    self.updates = updates
  }
}

/// Asks for a worker.
public struct WorkParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// What the worker is to do.
  public var order: WorkOrder
  /// What the order was decided on.
  public var claim: Claim
  /// Names this request; the same name again is the same request, whose answer was lost.
  public var request: String

  /// - Parameter request: a new name, or the same when the same is asked again.
  public init(root: String, order: WorkOrder, claim: Claim, request: String) {
    self.root = root
    self.order = order
    self.claim = claim
    self.request = request
  }
}

/// A release that goes on by itself.
public struct WorkStarted: Codable, Sendable {
  /// The number of the release in the pair's journal.
  public var release: Int64
  /// True where the same work was under way already.
  public var attached: Bool
  /// The last event before it began; follow from there.
  public var after: Int64

  /// The answer to a request for a worker, or to one that steers it.
  public init(release: Int64, attached: Bool, after: Int64) {
    self.release = release
    self.attached = attached
    self.after = after
  }
}

/// Steers work that is under way or was interrupted.
public struct ControlParams: Codable, Sendable {
  /// What is to become of the work.
  public enum Action: String, Codable, Sendable {
    /// Goes on with what was interrupted.
    case resume
    /// Undoes what was interrupted or is under way, site by site, up to those that are open again.
    case abort
    /// Ends what was begun and starts nothing new; what a host runs after a crash.
    case recover
    /// Begins no site that was not begun; those under way come to their end. For a release on several
    /// hosts whose failures have used up what it may have of them.
    case halt
  }

  /// The pair's directory, absolute.
  public var root: String
  /// The pair's name; a root that is another pair's is refused.
  public var pair: String
  /// What is to become of the work.
  public var action: Action
  /// The number of the release that is meant; nil for the one that is under way or was interrupted.
  public var release: Int64?
  /// The only site that is to be aborted; nil for all of the work. What is under way for the others goes on.
  public var site: String?
  /// Whether what is resumed begins no site that was not begun; false where nothing is said.
  public var isHalted: Bool?
  /// Who asks, as others are told who find the pair locked or changed.
  public var actor: String
  /// What the request is based on.
  public var claim: Claim
  /// Names this request; the same name again is the same request, whose answer was lost.
  public var request: String

  /// - Parameter request: a new name, or the same when the same is asked again.
  public init(
    root: String, pair: String, action: Action, of release: Int64? = nil, actor: String,
    claim: Claim, request: String
  ) {
    self.root = root
    self.pair = pair
    self.action = action
    self.release = release
    self.actor = actor
    self.claim = claim
    self.request = request
  }
}
