import LeapfrogCore

/// Reads what the configuration says of one site.
struct SiteReader {
  /// All can be left out; `user` is the pair's where it is.
  static let keys = ["aliases", "links", "database", "commands", "check", "user"]

  let section: Section
  let name: String
  let profile: Profile

  /// The site, with what its profile brings, and where its names and paths are written.
  func read(user: String?) -> SourcedSite {
    section.allow(Self.keys, elsewhere: PairReader.keys, of: "a pair")
    let aliases = aliases()
    let links = links()
    let site = SiteSpec(
      name: name, aliases: aliases.map(\.text), links: targets(of: links), database: database(),
      check: check(), user: section.text("user", .user) ?? user)
    let spec = profile.resolve(site, own: commands())
    return SourcedSite(spec: spec, aliases: aliases, links: links.map(\.source))
  }

  private func aliases() -> [Sourced] {
    section.items("aliases", of: "domains").compactMap { item in
      section.text(of: item.value, path: item.path, .domain).map { text in
        Sourced(text: text, line: item.value.line, path: item.path)
      }
    }
  }

  private func links() -> [(source: Sourced, target: String)] {
    guard let links = section.section("links") else { return [] }
    return links.entries.compactMap { entry in
      let path = links.path(entry.key)
      let isPath = links.checked(
        entry.key, line: entry.line, path: path, .path(below: "the platform"))
      let target = links.text(of: entry.value, path: path, .path(below: "the site's data"))
      guard isPath, let target else { return nil }
      return (Sourced(text: entry.key, line: entry.line, path: path), target)
    }
  }

  private func targets(of links: [(source: Sourced, target: String)]) -> [String: String] {
    Dictionary(links.map { ($0.source.text, $0.target) }) { first, _ in first }
  }

  private func database() -> DatabaseSpec? {
    guard let database = section.section("database") else { return nil }
    // The keys of other engines are not known yet, so nothing is said of them.
    guard database.required("engine", .engine) == "sqlite" else { return nil }
    database.allow(["engine", "path"])
    return .sqlite(path: database.required("path", .path(below: "the site's data")))
  }

  private func commands() -> OwnCommands {
    guard let commands = section.section("commands") else { return OwnCommands() }
    commands.allow(["install", "update", "pending", "close", "open"])
    return OwnCommands(
      install: commands.command("install"), update: commands.command("update"),
      pending: commands.command("pending"), close: commands.command("close"),
      open: commands.command("open"))
  }

  private func check() -> CheckSpec? {
    guard let check = section.section("check") else { return nil }
    check.allow(["url", "status", "contains"])
    return CheckSpec(
      url: check.text("url", .url) ?? "/",
      status: check.integer("status", 100...599, default: 200),
      contains: check.text("contains", .contents))
  }
}

/// A text with the place where it is written.
struct Sourced {
  var text: String
  var line: Int
  var path: String
}

/// A site with the places of what it claims for itself.
struct SourcedSite {
  var spec: SiteSpec
  var aliases: [Sourced]
  var links: [Sourced]
}
