/// What leapfrog knows of one kind of app, so that its sites need not say it themselves.
public struct Profile: Codable, Sendable, Equatable {
  /// The name, as `app:` in the configuration.
  public var name: String
  /// The document root below the platform, where the pair does not say another.
  public var docroot: String
  /// Makes the platform ready, before the pair's own `build`.
  public var build: Command
  /// The variables of `leapfrog-host`'s environment that its commands read, by their names.
  public var environment: [String]
  /// Links on the platform: path below the platform to path below the site's data, `.` for the data
  /// itself. `{site}` stands for the site's name; a path with `{domain}` is made for each domain; one
  /// that begins with `{docroot}/` is below the pair's document root.
  public var links: [String: String]
  /// The commands of a site that does not set its own.
  public var commands: SiteCommands
  /// The database of a site that does not say its own.
  public var database: DatabaseSpec?
  /// What of a change of code can mean an update of data; nil where the profile cannot tell.
  public var updates: [UpdatePattern]?
  /// What a web server has to know.
  public var web: WebProfile

  /// A profile that brings only what is given.
  public init(
    name: String, docroot: String = ".", build: Command = .none, environment: [String] = [],
    links: [String: String] = [:],
    commands: SiteCommands = SiteCommands(), database: DatabaseSpec? = nil,
    updates: [UpdatePattern]? = nil, web: WebProfile = WebProfile()
  ) {
    self.name = name
    self.docroot = docroot
    self.build = build
    self.environment = environment
    self.links = links
    self.commands = commands
    self.database = database
    self.updates = updates
    self.web = web
  }

  /// The site with everything that the profile brings. What the site sets itself always wins, a
  /// command that does nothing too.
  public func resolve(_ site: SiteSpec, own: OwnCommands, docroot: String) -> SiteSpec {
    var result = site
    result.commands = own.merged(over: commands)
    result.links = links(of: site, docroot).merging(site.links) { $1 }
    result.database = site.database ?? database
    return result
  }

  private func links(of site: SiteSpec, _ docroot: String) -> [String: String] {
    let below = docroot == "." ? "" : "\(docroot)/"
    var result: [String: String] = [:]
    for (template, data) in links {
      let path = template.replacing("{docroot}/", with: below)
      for domain in path.contains("{domain}") ? site.domains : [site.name] {
        result[Self.filled(path, site.name, domain)] = Self.filled(data, site.name, domain)
      }
    }
    return result
  }

  private static func filled(_ text: String, _ site: String, _ domain: String) -> String {
    text.replacing("{site}", with: site).replacing("{domain}", with: domain)
  }
}

/// One kind of change that can mean an update of data.
public struct UpdatePattern: Codable, Sendable, Equatable {
  /// Which changes of a file count.
  public enum Change: String, Codable, Sendable, CaseIterable {
    /// A file that was not there before.
    case added
    /// Any: added, changed or removed.
    case any
  }

  /// The file's path below the repository, `*` for anything, slashes too: `*.install`.
  public var path: String
  /// Which changes of such a file count.
  public var change: Change
  /// A regular expression for added lines; nil where the path alone decides.
  public var line: String?

  /// A pattern by which every change of such a file counts, where nothing else is said.
  public init(path: String, change: Change = .any, line: String? = nil) {
    self.path = path
    self.change = change
    self.line = line
  }
}

/// What a web server has to know of an app.
public struct WebProfile: Codable, Sendable, Equatable {
  /// Whether scripts are handed to PHP-FPM.
  public var php: Bool
  /// The script that answers for every path that is no file, such as `index.php`; nil for none.
  public var front: String?
  /// Paths below the document root that are never served, as regular expressions: settings, private
  /// files. A path begins with a slash, which a pattern may leave out after its `^`.
  public var deny: [String]

  /// An app without PHP, front script and denied paths, where nothing else is said.
  public init(php: Bool = false, front: String? = nil, deny: [String] = []) {
    self.php = php
    self.front = front
    self.deny = deny
  }
}

/// The commands that a site sets itself, by name; what is not there is left to its profile.
public struct OwnCommands: Sendable, Equatable {
  /// The commands by the names of `SiteCommands.byName`.
  public var commands: [String: Command]

  /// - Parameter commands: by the names of `SiteCommands.byName`; any other name counts for nothing.
  public init(_ commands: [String: Command] = [:]) {
    self.commands = commands
  }

  func merged(over standard: SiteCommands) -> SiteCommands {
    var result = standard
    for (name, path) in SiteCommands.byName {
      if let own = commands[name] { result[keyPath: path] = own }
    }
    return result
  }
}
