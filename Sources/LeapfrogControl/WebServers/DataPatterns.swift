import LeapfrogCore

/// Which paths of an address lead through links into the data of sites, as regular expressions. They
/// hold for sites that are added later, too: what a path has of a site's domain is any name.
struct DataPatterns: Sendable, Equatable {
  /// The paths of the links, without the slash that they begin with.
  private(set) var links: [String] = []
  /// Those that are of a kind that is never served themselves.
  private(set) var files: [String] = []
  /// The paths of databases that lie behind links, likewise.
  private(set) var databases: [String] = []

  init(sites: [SiteSpec], docroot: String) {
    for site in sites {
      for (path, data) in site.links {
        guard let path = Self.below(docroot, path) else { continue }
        let pattern = Self.pattern(path, site)
        note(pattern, &links)
        if Self.isDeniedKind(path, site) { note(pattern, &files) }
        guard let rest = Self.database(of: site, below: data) else { continue }
        note(rest.isEmpty ? pattern : "\(pattern)/\(Quoting.regex(rest))", &databases)
      }
    }
    links.sort()
    files.sort()
    databases.sort()
  }

  /// What is never served of what links lead to. A path may go on after the file: servers take the rest
  /// for an argument of a script.
  var denied: [String] {
    guard !links.isEmpty else { return [] }
    let below = "^/\(Self.any(links))/(?:.*/)?[^/]*\(WebText.unserved)(?:/|$)"
    let themselves = files.isEmpty ? [] : ["^/\(Self.any(files))(?:/|$)"]
    return themselves + [below] + deniedDatabases
  }

  /// The databases, and the files that SQLite has beside them.
  private var deniedDatabases: [String] {
    databases.isEmpty
      ? [] : ["^/\(Self.any(databases))(?:-wal|-shm|-journal)?(?:/|$)"]
  }

  private static func any(_ patterns: [String]) -> String {
    "(?:\(patterns.joined(separator: "|")))"
  }

  /// Whether the name of the link says so; the end of a domain in it does not count.
  private static func isDeniedKind(_ path: String, _ site: SiteSpec) -> Bool {
    var name = String(path.split(separator: "/").last ?? "")
    for domain in site.domains { name = name.replacing(domain, with: "") }
    guard let regex = try? Regex("\(WebText.unserved)$").ignoresCase() else { return true }
    return name.firstMatch(of: regex) != nil
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
