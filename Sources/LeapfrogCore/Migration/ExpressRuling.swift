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
    /// It has a command that starts something after a flip, and only a site that was closed is opened.
    case opens
  }

  /// What stands in the way; nil where the site can go express.
  public let obstacle: Obstacle?

  /// Rules on one site of a pair.
  ///
  /// - Parameter change: how the code changes; nil where nobody could tell what that means.
  public init(of site: SiteSpec, in pair: PairSpec, change: CodeChange?) {
    obstacle = Self.obstacle(site, pair, change)
  }

  private static func obstacle(
    _ site: SiteSpec, _ pair: PairSpec, _ change: CodeChange?
  ) -> Obstacle? {
    guard site.express == .auto else { return .never }
    guard let change else { return .unknown }
    guard change.updates.isEmpty else { return .updates(change.updates) }
    let commands = site.commands
    if !commands.open.isNone, commands.refresh.isNone { return .opens }
    let builds = !pair.build.isNone || !pair.profileBuild.isNone
    return builds && commands.pending.isNone ? .unseenBuild : nil
  }
}
