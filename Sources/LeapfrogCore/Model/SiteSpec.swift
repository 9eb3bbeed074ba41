/// What a site is, as the configuration and its profile say; the host gets it with every order.
public struct SiteSpec: Codable, Sendable, Equatable {
  /// The site's name, which is its first domain.
  public var name: String
  /// The other domains that lead to the site.
  public var aliases: [String]
  /// Links on the platform: path below the platform to path below the site's data.
  public var links: [String: String]
  /// The site's database; nil for a site that has none.
  public var database: DatabaseSpec?
  /// The app's own commands for this site.
  public var commands: SiteCommands
  /// What a healthy answer of the site is; nil when no page is asked.
  public var check: CheckSpec?
  /// The user that commands run as when leapfrog runs as root; nil for the owner of the site's data.
  public var user: String?

  public init(
    name: String, aliases: [String] = [], links: [String: String] = [:],
    database: DatabaseSpec? = nil, commands: SiteCommands = SiteCommands(),
    check: CheckSpec? = nil, user: String? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.links = links
    self.database = database
    self.commands = commands
    self.check = check
    self.user = user
  }

  /// Every domain that leads to the site, its name first.
  public var domains: [String] { [name] + aliases }
}

/// The database of a site.
public enum DatabaseSpec: Codable, Sendable, Equatable {
  /// A SQLite file; `path` is below the site's data.
  case sqlite(path: String)
}

/// The commands of a site's app. Each runs in the platform with the `LEAPFROG_` environment.
public struct SiteCommands: Codable, Sendable, Equatable {
  /// Makes the data of a site that has none; runs once.
  public var install: Command
  /// Updates the site's data to the code of the platform.
  public var update: Command
  /// Says whether an update is pending: exit status 0 none, 3 some, anything else an error.
  public var pending: Command
  /// Stops what writes besides visitors: workers, timers.
  public var close: Command
  /// Starts again what `close` stopped.
  public var open: Command

  public init(
    install: Command = .none, update: Command = .none, pending: Command = .none,
    close: Command = .none, open: Command = .none
  ) {
    self.install = install
    self.update = update
    self.pending = pending
    self.close = close
    self.open = open
  }
}

/// What a healthy answer of a site is.
public struct CheckSpec: Codable, Sendable, Equatable {
  /// The path asked, for example `/`.
  public var url: String
  /// The status expected.
  public var status: Int
  /// A text that the body must contain; nil when any body will do.
  public var contains: String?

  public init(url: String = "/", status: Int = 200, contains: String? = nil) {
    self.url = url
    self.status = status
    self.contains = contains
  }
}
