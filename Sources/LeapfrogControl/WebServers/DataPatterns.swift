import LeapfrogCore

/// Which paths of an address lead through links into the data of sites, as regular expressions. They
/// hold for sites that are added later, too: what a path has of a site's domain is any name.
struct DataPatterns: Sendable, Equatable {
  /// The paths of the links, without the slash that they begin with.
  var links: [String] = []
  /// The paths of databases that lie behind links, likewise.
  var databases: [String] = []

  /// Kinds of files that no page leads to: code, settings, databases, keys, copies.
  static let kinds = [
    "php[0-9]?", "phtml", "phps", "phar", "inc", "cgi", "pl", "py", "rb", "sh", "ini", "cfg",
    "conf",
    "env", "ya?ml", "toml", "lock", "log", "sql", "sqlite[0-9]?", "db", "key", "pem", "p12", "bak",
    "old", "orig", "swp",
  ]

  init(sites: [SiteSpec], docroot: String) {
    for site in sites {
      for (path, data) in site.links {
        guard let path = Self.below(docroot, path) else { continue }
        note(Self.pattern(path, site), &links)
        guard let rest = Self.database(of: site, below: data) else { continue }
        note(Self.pattern(rest.isEmpty ? path : "\(path)/\(rest)", site), &databases)
      }
    }
    links.sort()
    databases.sort()
  }

  /// What is never served of what links lead to; nil where nothing is linked.
  var denied: String? {
    guard !links.isEmpty else { return nil }
    let kinds = Self.kinds.joined(separator: "|")
    return "^(?=/(?:\(links.joined(separator: "|")))(?:/|$)).*(?:~|\\.(?:\(kinds)))$"
  }

  /// The databases, and the files that SQLite has beside them; nil where none can be reached.
  var deniedDatabases: String? {
    guard !databases.isEmpty else { return nil }
    return "^/(?:\(databases.joined(separator: "|")))(?:-wal|-shm|-journal)?$"
  }

  private func note(_ pattern: String, _ patterns: inout [String]) {
    if !patterns.contains(pattern) { patterns.append(pattern) }
  }

  /// The path below the document root; nil for one that no address leads to.
  private static func below(_ docroot: String, _ path: String) -> String? {
    guard docroot != "." else { return path }
    return path.hasPrefix("\(docroot)/") ? String(path.dropFirst(docroot.utf8.count + 1)) : nil
  }

  private static func database(of site: SiteSpec, below data: String) -> String? {
    guard case .sqlite(let database) = site.database else { return nil }
    if data == "." { return database }
    if data == database { return "" }
    return database.hasPrefix("\(data)/") ? String(database.dropFirst(data.utf8.count + 1)) : nil
  }

  /// The path as a regular expression, with any name where it has one of the site's domains.
  private static func pattern(_ path: String, _ site: SiteSpec) -> String {
    let longestFirst = site.domains.sorted { $0.utf8.count > $1.utf8.count }
    guard let domain = longestFirst.first(where: { path.contains($0) }) else {
      return Quoting.regex(path)
    }
    // A name without a dot may be that of a directory of the app as well.
    let anyName = domain.contains(".") ? "[^/]+\\.[^/]+" : Quoting.regex(domain)
    return path.split(separator: "/").map { part in
      part.split(separator: domain, omittingEmptySubsequences: false)
        .map { Quoting.regex(String($0)) }.joined(separator: anyName)
    }.joined(separator: "/")
  }
}
