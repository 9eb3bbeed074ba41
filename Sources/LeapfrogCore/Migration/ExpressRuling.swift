/// Whether a site can move with no maintenance, decided by controller and host alike from what both know.
public struct ExpressRuling: Sendable {
  /// Why a site has to be closed and updated.
  public enum Obstacle: Sendable, Equatable {
    /// The configuration wants it so.
    case never
    /// Nobody could tell what the change of code means.
    case unknown
    /// The change can update data; each as in `CodeChange.updates`.
    case updates([String])
    /// The build can bring code that git does not show, and the app has no pending check to ask.
    case unseenBuild
  }

  /// What stands in the way; nil where the site can go express.
  public let obstacle: Obstacle?

  public init(of site: SiteSpec, in pair: PairSpec, change: CodeChange?) {
    obstacle = Self.obstacle(site, pair, change)
  }

  private static func obstacle(
    _ site: SiteSpec, _ pair: PairSpec, _ change: CodeChange?
  ) -> Obstacle? {
    guard site.express == .auto else { return .never }
    guard let change else { return .unknown }
    guard change.updates.isEmpty else { return .updates(change.updates) }
    let builds = !pair.build.isNone || !pair.profileBuild.isNone
    return builds && site.commands.pending.isNone ? .unseenBuild : nil
  }
}
