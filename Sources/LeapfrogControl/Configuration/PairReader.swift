import LeapfrogCore

/// Reads what the configuration says of one pair.
struct PairReader {
  /// `repository` and `root` are required. `keep_backups` (3) is how many verified backups of a site
  /// are kept, `command_timeout` (3600) the seconds a command may take, `preview` and `address` the
  /// listeners for `preview/` and for the public domains, `user` who commands run as, `after_stage`
  /// what runs before the first site moves, `drain` (10) the seconds that requests may take to end,
  /// `express` (auto) the rule of sites that have none.
  static let keys = [
    "repository", "host", "root", "app", "docroot", "build", "after_stage", "drain", "jobs",
    "canary", "max_failures", "keep_backups", "command_timeout", "preview", "address", "user",
    "express", "sites",
  ]

  let section: Section
  let name: String
  /// What a relative repository is relative to.
  let directory: String
  let shelf: ProfileShelf

  /// The pair; the domains of its sites are claimed in `domains`, its directory in `roots`, the
  /// databases of its sites in `databases`.
  func read(
    domains: inout Claims, roots: inout Claims, databases: inout Claims
  ) throws -> PairConfiguration {
    section.allow(Self.keys, elsewhere: SiteReader.keys, of: "a site")
    let repository = section.required("repository", .repository)
    let host = section.text("host", .host) ?? "local"
    let profile = try profile()
    var spec = settings(profile)
    claim(spec.root, in: &roots)
    spec.sites = sites(profile, docroot: spec.docroot, domains: &domains)
    for site in spec.sites { claim(site, of: host, in: &databases) }
    spec.canary = canary(of: spec.sites.map(\.name))
    return PairConfiguration(
      repository: RepositoryRule.resolved(repository, from: directory), host: host, spec: spec,
      profile: profile)
  }

  private func profile() throws -> Profile {
    let app = section.text("app", .choice(shelf.names, planned: [])) ?? "command"
    return try shelf.profile(app) ?? Profile(name: "command")
  }

  private func settings(_ profile: Profile) -> PairSpec {
    let standard = PairSpec(name: name, root: RootPath.normalized(section.required("root", .root)))
    var spec = standard
    spec.app = profile.name
    spec.docroot = section.text("docroot", .docroot) ?? profile.docroot
    spec.profileBuild = profile.build
    spec.afterStage = section.command("after_stage") ?? standard.afterStage
    spec.drain = section.integer("drain", 0...3600, default: standard.drain)
    spec.build = section.command("build") ?? standard.build
    spec.jobs = section.integer("jobs", 1...64, default: standard.jobs)
    spec.maxFailures = section.integer("max_failures", 1...100_000, default: standard.maxFailures)
    spec.keepBackups = section.integer("keep_backups", 1...1000, default: standard.keepBackups)
    spec.commandTimeout = section.integer(
      "command_timeout", 1...604_800, default: standard.commandTimeout)
    spec.preview = section.text("preview", .address)
    spec.address = section.text("address", .address)
    return spec
  }

  private func claim(_ root: String, in roots: inout Claims) {
    guard root != "/", let value = section.value("root") else { return }
    roots.claim(filePath: Sourced(text: root, line: value.line, path: section.path("root")))
  }

  /// A way back of one site would take the other's rows with it, whatever prefix its tables have.
  private func claim(_ site: SiteSpec, of host: String, in databases: inout Claims) {
    guard case .server(let server) = site.database, let name = server.name,
      let section = section.section("sites")?.section(site.name)?.section("database"),
      let value = section.value("name")
    else { return }
    databases.claim(
      name: Sourced(text: name, line: value.line, path: section.path("name")),
      key: "\(server.place(seenFrom: host)) \(name)", rule: "a database of its own for each site")
  }

  private func sites(
    _ profile: Profile, docroot: String, domains: inout Claims
  ) -> [SiteSpec] {
    let defaults = SiteDefaults(
      user: section.text("user", .user), express: SiteReader.express(in: section) ?? .auto)
    guard let sites = section.section("sites") else { return [] }
    var links = Claims(mistakes: section.mistakes)
    var result: [SiteSpec] = []
    for entry in sites.entries {
      let path = sites.path(entry.key)
      _ = sites.checked(entry.key, line: entry.line, path: path, .domain)
      let reader = SiteReader(
        section: sites.section(of: entry), name: entry.key, profile: profile, docroot: docroot)
      let site = reader.read(defaults)
      domains.claim(name: Sourced(text: entry.key, line: entry.line, path: path))
      for alias in site.aliases { domains.claim(name: alias) }
      for link in site.links { links.claim(filePath: link) }
      for link in site.profileLinks {
        links.claim(filePath: Sourced(text: link, line: entry.line, path: path))
      }
      result.append(site.spec)
    }
    return result
  }

  private func canary(of sites: [String]) -> [String] {
    var names: [String] = []
    for item in section.items("canary", of: "sites") {
      guard let name = section.text(of: item.value, path: item.path, .domain) else { continue }
      if let fault = fault(inCanary: name, after: names, of: sites) {
        section.mistakes.add(item.value.line, item.path, "\(Printable.quoted(name)) \(fault)")
      } else {
        names.append(name)
      }
    }
    return names
  }

  private func fault(
    inCanary name: String, after names: [String], of sites: [String]
  ) -> String? {
    if names.contains(name) { return "is named twice; allowed: each site once" }
    if sites.contains(name) { return nil }
    let meant = Nearest.match(name, among: sites).map { "; did you mean `\($0)`?" } ?? ""
    return "is no site of the pair\(meant); allowed: the names of its sites"
  }
}
