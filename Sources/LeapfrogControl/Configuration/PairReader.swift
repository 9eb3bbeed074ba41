import LeapfrogCore

/// Reads what the configuration says of one pair.
struct PairReader {
  /// `repository` and `root` are required. `keep_backups` (3) is how many verified backups of a site
  /// are kept, `command_timeout` (3600) the seconds a command may take, `preview` and `address` the
  /// listeners for `preview/` and for the public domains, `user` who commands run as, `build_user` who the
  /// build runs as, `after_stage`
  /// what runs before the first site moves, `drain` (10) the seconds that requests may take to end,
  /// `express` (auto) the rule of sites that have none, `hosts_at_once` (10) how many hosts of a pair on
  /// several are worked on at once, `environment` the variables that commands get.
  static let keys = [
    "repository", "host", "hosts", "hosts_at_once", "root", "app", "docroot", "build",
    "build_user", "after_stage", "drain", "jobs",
    "canary", "max_failures", "keep_backups", "command_timeout", "preview", "address", "user",
    "express", "environment", "sites",
  ]

  let section: Section
  let name: String
  /// What a relative repository is relative to.
  let directory: String
  let shelf: ProfileShelf

  /// The pair, once for each of its hosts; what there may be only one of is claimed.
  func read(_ claims: inout PairClaims) throws -> [PairConfiguration] {
    section.allow(Self.keys, elsewhere: SiteReader.keys, of: "a site")
    let repository = section.required("repository", .repository)
    let profile = try profile()
    let settings = settings(profile)
    let spread = Spread(
      hosts: HostsReader(pair: section).read(),
      atOnce: section.integer(
        "hosts_at_once", 1...1000, default: Spread.standardAtOnce))
    var pairs = spread.hosts.map { place in
      PairConfiguration(
        repository: RepositoryRule.resolved(repository, from: directory), host: place.name,
        spec: spec(settings, on: place, profile, &claims), profile: profile)
    }
    noteAfterStage(of: pairs)
    let reader = CanaryReader(section: section)
    let canary = reader.read(pairs.map { ($0.host, $0.spec.sites.map(\.name)) })
    for index in pairs.indices {
      pairs[index].spec.canary = canary.sites.filter { pairs[index].spec.site($0) != nil }
      pairs[index].canaryHosts = spread.isSpread ? canary.hosts : []
      pairs[index].hostsAtOnce = spread.atOnce
    }
    return pairs
  }

  private func noteAfterStage(of pairs: [PairConfiguration]) {
    guard let fault = pairs.lazy.compactMap(\.spec.afterStageFault).first,
      let value = section.value("after_stage")
    else { return }
    section.mistakes.add(value.line, section.path("after_stage"), fault)
  }

  private func spec(
    _ settings: PairSpec, on place: HostsReader.Place, _ profile: Profile,
    _ claims: inout PairClaims
  ) -> PairSpec {
    var spec = settings
    if section.value("root") == nil || place.isOwn && place.section.value("root") != nil {
      spec.root = RootPath.normalized(place.section.required("root", .root))
    }
    if place.isOwn {
      spec.preview = place.section.text("preview", .address) ?? spec.preview
      spec.address = place.section.text("address", .address) ?? spec.address
    }
    claim(spec.root, on: place, in: &claims)
    spec.sites = sites(of: place, profile, docroot: spec.docroot, domains: &claims.domains)
    for site in spec.sites { claim(site, on: place, in: &claims.databases) }
    return spec
  }

  private func profile() throws -> Profile {
    let app = section.text("app", .choice(shelf.names, planned: [])) ?? "command"
    return try shelf.profile(app) ?? Profile(name: "command")
  }

  private func settings(_ profile: Profile) -> PairSpec {
    let standard = PairSpec(
      name: name, root: RootPath.normalized(section.text("root", .root) ?? ""))
    var spec = standard
    spec.app = profile.name
    spec.docroot = section.text("docroot", .docroot) ?? profile.docroot
    spec.profileBuild = profile.build
    spec.afterStage = section.command("after_stage") ?? standard.afterStage
    spec.drain = section.integer("drain", 0...3600, default: standard.drain)
    spec.build = section.command("build") ?? standard.build
    spec.buildUser = section.text("build_user", .user)
    spec.jobs = section.integer("jobs", 1...64, default: standard.jobs)
    spec.maxFailures = section.integer("max_failures", 1...100_000, default: standard.maxFailures)
    spec.keepBackups = section.integer("keep_backups", 1...1000, default: standard.keepBackups)
    spec.commandTimeout = section.integer(
      "command_timeout", 1...604_800, default: standard.commandTimeout)
    spec.preview = section.text("preview", .address)
    spec.address = section.text("address", .address)
    spec.environment = section.variables() + profile.environment
    return spec
  }

  private func claim(_ root: String, on place: HostsReader.Place, in claims: inout PairClaims) {
    let owner = place.section.value("root") == nil ? section : place.section
    guard root != "/", let value = owner.value("root") else { return }
    claims.claim(
      root: Sourced(text: root, line: value.line, path: owner.path("root")), on: place.name)
  }

  /// A way back of one site would take the other's rows with it, whatever prefix its tables have.
  private func claim(
    _ site: SiteSpec, on place: HostsReader.Place, in databases: inout Claims
  ) {
    guard case .server(let server) = site.database, let name = server.name,
      let section = place.section.section("sites")?.section(site.name)?.section("database"),
      let value = section.value("name")
    else { return }
    databases.claim(
      name: Sourced(text: name, line: value.line, path: section.path("name")),
      key: "\(server.place(seenFrom: place.name)) \(name)",
      rule: "a database of its own for each site")
  }

  private func sites(
    of place: HostsReader.Place, _ profile: Profile, docroot: String, domains: inout Claims
  ) -> [SiteSpec] {
    let defaults = SiteDefaults(
      user: section.text("user", .user), express: SiteReader.express(in: section) ?? .auto)
    guard let sites = place.section.section("sites") else { return [] }
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
}
