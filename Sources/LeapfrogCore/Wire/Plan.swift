import Foundation

/// A release that was decided for a host and has not begun there: its controller works on another host first.
public struct PlannedRelease: Codable, Sendable, Equatable {
  /// What people call the commit.
  public var ref: String
  /// The commit that the sites are to have.
  public var commit: ObjectID
  /// The sites by name; empty where it is for all.
  public var sites: [String]
  /// Who decided it.
  public var actor: String
  /// When, by the controller's clock, UTC.
  public var time: Date
  /// The `stamp` that its orders have.
  public var stamp: Int64

  /// A release that is planned.
  public init(
    ref: String, commit: ObjectID, sites: [String], actor: String, time: Date, stamp: Int64
  ) {
    self.ref = ref
    self.commit = commit
    self.sites = sites
    self.actor = actor
    self.time = time
    self.stamp = stamp
  }
}

/// Announces a release to a host before any host begins it, or takes back what the same run announced.
public struct PlanParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// The pair's name; a root that is another pair's is refused.
  public var pair: String
  /// What is planned; nil to take it back.
  public var planned: PlannedRelease?
  /// What it was decided on.
  public var claim: Claim

  /// - Parameter planned: nil to take back what this run announced.
  public init(root: String, pair: String, planned: PlannedRelease?, claim: Claim) {
    self.root = root
    self.pair = pair
    self.planned = planned
    self.claim = claim
  }
}

/// The answer to an announcement.
public struct PlanResult: Codable, Sendable {
  /// The release of another run that was planned and not begun; it is planned no more.
  public var replaced: PlannedRelease?

  /// - Parameter replaced: nil where nothing was planned.
  public init(replaced: PlannedRelease? = nil) { self.replaced = replaced }
}
