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
  /// What a healthy site is; empty when nothing is asked.
  public var checks: [CheckSpec]
  /// The user that commands run as when leapfrog runs as root; nil for the owner of the site's data.
  public var user: String?
  /// Whether the site may move with no maintenance where its code change cannot touch its data.
  public var express: ExpressRule
  /// How the site's files are backed up.
  public var files: FileBackupSpec
  /// The variables of `leapfrog-host`'s environment that this site's commands get besides those of its
  /// pair, by their names; nil for none.
  public var environment: [String]?

  /// A site that has no database, no command and no check where none is given.
  public init(
    name: String, aliases: [String] = [], links: [String: String] = [:],
    database: DatabaseSpec? = nil, commands: SiteCommands = SiteCommands(),
    checks: [CheckSpec] = [], user: String? = nil, express: ExpressRule = .auto,
    files: FileBackupSpec = FileBackupSpec(), environment: [String]? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.links = links
    self.database = database
    self.commands = commands
    self.checks = checks
    self.user = user
    self.express = express
    self.files = files
    self.environment = environment
  }

  /// The variable of `leapfrog-host`'s environment that holds the password of the site's database; nil
  /// where the password is elsewhere.
  public var passwordVariable: String? {
    guard case .server(let server) = database, case .environment(let name) = server.password
    else { return nil }
    return name
  }

  /// Every domain that leads to the site, its name first.
  public var domains: [String] { [name] + aliases }
}

/// Whether a site may be moved by an express migration.
public enum ExpressRule: String, Codable, Sendable, CaseIterable {
  /// Where the profile can tell that the change of code does not touch the site's data.
  case auto
  /// Every release closes, backs up and updates the site.
  case never
}

/// How a site's files are backed up.
public struct FileBackupSpec: Codable, Sendable, Equatable {
  /// A restic repository, as `restic -r` takes it; nil for copies in the pair's `backups/`.
  public var restic: String?
  /// The file on the host with the restic repository's password.
  public var passwordFile: String?

  /// Copies in the pair's `backups/`, unless a restic repository is given.
  public init(restic: String? = nil, passwordFile: String? = nil) {
    self.restic = restic
    self.passwordFile = passwordFile
  }
}
