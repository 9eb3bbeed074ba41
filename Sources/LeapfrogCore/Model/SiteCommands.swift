/// The commands of a site's app. Each runs in the platform with the `LEAPFROG_` environment.
public struct SiteCommands: Codable, Sendable, Equatable {
  /// Makes the data of a site that has none; runs once.
  public var install: Command
  /// Updates the site's data to the code of the platform.
  public var update: Command
  /// Says whether an update is pending, and changes nothing: exit status 0 none, 3 some, anything
  /// else an error.
  public var pending: Command
  /// Says whether the app works on the platform: exit status 0, anything else an error.
  public var status: Command
  /// Stops what writes besides visitors: workers, timers.
  public var close: Command
  /// Starts again what `close` stopped.
  public var open: Command
  /// Rebuilds what is tied to the code, such as caches; runs after the flip of an express migration.
  public var refresh: Command
  /// Says, before any site is closed, whether the code at `LEAPFROG_TARGET` has what the site's data
  /// needs, such as its enabled modules: exit status 0 yes, 3 no, with a line for each that is
  /// missing. It runs in the platform that the site is on, and changes nothing.
  public var requirements: Command
  /// Prints what the app's settings say of its database, as a JSON object with the keys `name`, `user`,
  /// `password`, `host`, `port` and `socket`, or `path` for a file. Its output is kept in memory only.
  public var credentials: Command

  /// Commands of which those that are not given do nothing.
  public init(
    install: Command = .none, update: Command = .none, pending: Command = .none,
    status: Command = .none, close: Command = .none, open: Command = .none,
    refresh: Command = .none, requirements: Command = .none, credentials: Command = .none
  ) {
    self.install = install
    self.update = update
    self.pending = pending
    self.status = status
    self.close = close
    self.open = open
    self.refresh = refresh
    self.requirements = requirements
    self.credentials = credentials
  }
}

extension SiteCommands {
  /// Every command by the name that the configuration has for it.
  public static let byName:
    [(name: String, path: WritableKeyPath<SiteCommands, Command> & Sendable)] = [
      ("install", \.install), ("update", \.update), ("pending", \.pending), ("status", \.status),
      ("close", \.close), ("open", \.open), ("refresh", \.refresh),
      ("requirements", \.requirements), ("credentials", \.credentials),
    ]
}
