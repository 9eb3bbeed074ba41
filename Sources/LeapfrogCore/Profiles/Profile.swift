/// What leapfrog knows of one kind of app, so that its sites need not say it themselves.
public struct Profile: Sendable {
  /// The name, as `app:` in the configuration.
  public let name: String
  /// The commands of a site that does not set its own.
  public let commands: SiteCommands

  /// Parts of paths whose change can mean an update of data: a folder between slashes, for example
  /// `/migrations/`, or the end of a name. Empty where the profile cannot tell.
  let updatingPaths: [String]

  init(name: String, commands: SiteCommands = SiteCommands(), updatingPaths: [String] = []) {
    self.name = name
    self.commands = commands
    self.updatingPaths = updatingPaths
  }

  /// Whether a change of that path can mean an update of data.
  public func mayUpdateData(path: String) -> Bool {
    let path = "/" + path
    return updatingPaths.contains { $0.hasSuffix("/") ? path.contains($0) : path.hasSuffix($0) }
  }

  /// The site with everything that the profile brings. What the site sets itself always wins, a
  /// command that does nothing too.
  public func resolve(_ site: SiteSpec, own: OwnCommands) -> SiteSpec {
    var result = site
    result.commands = SiteCommands(
      install: own.install ?? commands.install,
      update: own.update ?? commands.update,
      pending: own.pending ?? commands.pending,
      close: own.close ?? commands.close,
      open: own.open ?? commands.open)
    return result
  }
}

/// The commands that a site sets itself; nil for one that it leaves to its profile.
public struct OwnCommands: Sendable, Equatable {
  /// See `SiteCommands.install`.
  public var install: Command?
  /// See `SiteCommands.update`.
  public var update: Command?
  /// See `SiteCommands.pending`.
  public var pending: Command?
  /// See `SiteCommands.close`.
  public var close: Command?
  /// See `SiteCommands.open`.
  public var open: Command?

  public init(
    install: Command? = nil, update: Command? = nil, pending: Command? = nil,
    close: Command? = nil, open: Command? = nil
  ) {
    self.install = install
    self.update = update
    self.pending = pending
    self.close = close
    self.open = open
  }
}
