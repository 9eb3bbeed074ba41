import LeapfrogCore

/// Reads what the configuration says of one site.
struct SiteReader {
  /// All can be left out; `user` and `express` are the pair's where they are.
  static let keys = [
    "aliases", "links", "database", "commands", "check", "user", "express", "files", "environment",
  ]

  let section: Section
  let name: String
  let profile: Profile
  /// The pair's document root.
  let docroot: String

  /// The site, with what its profile brings, and where its names and paths are written.
  func read(_ defaults: SiteDefaults) -> SourcedSite {
    section.allow(Self.keys, elsewhere: PairReader.keys, of: "a pair")
    let aliases = aliases()
    let links = links()
    let database = DatabaseReader(site: section, profile: profile).read()
    let site = SiteSpec(
      name: name, aliases: aliases.map(\.text), links: targets(of: links), database: database,
      checks: CheckReader(site: section).read(),
      user: section.text("user", .user) ?? defaults.user,
      express: Self.express(in: section) ?? defaults.express, files: files(),
      environment: section.value("environment").map { _ in section.variables() })
    let spec = profile.resolve(site, own: commands(), docroot: docroot)
    return SourcedSite(
      spec: spec, aliases: aliases, links: links.map(\.source),
      profileLinks: spec.links.keys.filter { site.links[$0] == nil }.sorted())
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
      let target = links.text(of: entry.value, path: path, .linked)
      guard isPath, let target else { return nil }
      return (Sourced(text: entry.key, line: entry.line, path: path), target)
    }
  }

  private func targets(of links: [(source: Sourced, target: String)]) -> [String: String] {
    Dictionary(links.map { ($0.source.text, $0.target) }) { first, _ in first }
  }

  private func commands() -> OwnCommands {
    guard let commands = section.section("commands") else { return OwnCommands() }
    let names = SiteCommands.byName.map(\.name)
    commands.allow(names)
    return OwnCommands(
      Dictionary(
        uniqueKeysWithValues: names.compactMap { name in
          commands.command(name).map { (name, $0) }
        }))
  }

  /// Reads the rule for express migrations, of a site or a pair; nil where it is absent or wrong.
  static func express(in section: Section) -> ExpressRule? {
    section.text("express", .choice(ExpressRule.allCases.map(\.rawValue), planned: []))
      .flatMap(ExpressRule.init)
  }

  private func files() -> FileBackupSpec {
    guard let files = section.section("files") else { return FileBackupSpec() }
    files.allow(["restic", "password_file"])
    return FileBackupSpec(
      restic: files.required("restic", .resticRepository),
      passwordFile: files.required("password_file", .root))
  }
}

/// What a site has where it says nothing itself.
struct SiteDefaults {
  var user: String?
  var express: ExpressRule
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
  /// The paths of the links that the profile brings.
  var profileLinks: [String]
}
