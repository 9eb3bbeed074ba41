import LeapfrogCore

/// From an order and the places of the sites to the list of migrations; nothing is changed yet.
struct ReleasePlanner {
  let layout: Layout
  let journal: Journal
  let order: WorkOrder

  private var live: LiveLinks { LiveLinks(layout: layout) }

  /// The migrations in their order.
  ///
  /// - Throws: `Failure` when a site of the order is not one of the pair, or has no way to go.
  func plans() throws -> [MigrationPlan] {
    let places = try live.all()
    return try withoutStuck(try sites(places)).compactMap { try plan($0, from: places[$0.name]) }
  }

  /// A stuck site is left out, and whoever names it is refused: its way back is not to be crossed.
  private func withoutStuck(_ sites: [SiteSpec]) throws -> [SiteSpec] {
    let stuck = try journal.stuckSites()
    if let named = stuck.first(where: { order.sites.contains($0.name) }) {
      throw named.refusal(pair: order.spec.name)
    }
    return sites.filter { site in !stuck.contains { $0.name == site.name } }
  }

  /// The platform that the work leads away from.
  func source() -> PlatformName? {
    order.kind == .`init` ? nil : order.to?.other
  }

  private func sites(_ places: [String: PlatformName]) throws -> [SiteSpec] {
    let spec = order.spec
    guard order.sites.isEmpty else {
      var named: Set<String> = []
      return try order.sites.filter { named.insert($0).inserted }.map { try known($0, places) }
    }
    switch order.kind {
    case .stage: return []
    case .`init`: return spec.sitesInOrder.filter { places[$0.name] == nil }
    case .upgrade: return try moving(spec.sitesInOrder, places)
    case .rollback: return spec.sitesInOrder.filter { places[$0.name] == order.to?.other }
    default: return spec.sitesInOrder.filter { places[$0.name] != nil }
    }
  }

  /// The sites of an upgrade: all on the other platform; a seated one that the configuration does not
  /// have would be left behind, so it stops the release. Which of the two is older the host cannot know.
  private func moving(_ sites: [SiteSpec], _ places: [String: PlatformName]) throws -> [SiteSpec] {
    let unknown = places.keys.filter { name in !sites.contains { $0.name == name } }.sorted()
    guard let first = unknown.first else {
      return sites.filter { places[$0.name] == order.to?.other }
    }
    throw Failure.unconfigured(
      unknown, of: order.spec.name, origin: try journal.origin(of: first))
  }

  func seated(on platform: PlatformName) throws -> [String] {
    let places = try live.all()
    return order.spec.sitesInOrder.map(\.name).filter { places[$0] == platform }
  }

  private func known(_ name: String, _ places: [String: PlatformName]) throws -> SiteSpec {
    if let site = order.spec.site(name) { return site }
    if order.kind == .remove, places[name] != nil { return SiteSpec(name: name) }
    throw Failure.usage(
      "\(order.spec.name) has no site \(name)", remedy: "leapfrog site list \(order.spec.name)")
  }

  private func plan(_ site: SiteSpec, from: PlatformName?) throws -> MigrationPlan? {
    switch order.kind {
    case .stage: nil
    case .`init`, .add: try adding(site, from: from)
    case .upgrade: try leaping(site, try expressKind(of: site, from: from), from: from)
    case .rollback: try returning(site, from: from)
    case .backup: try staying(site, .backup, from: from)
    case .restore:
      try staying(site, .restore, from: from, source: order.backup ?? lastBackup(of: site))
    case .remove: try staying(site, .remove, from: from)
    }
  }

  private func adding(_ site: SiteSpec, from: PlatformName?) throws -> MigrationPlan {
    guard from == nil else {
      throw Failure.refused("\(site.name) is on \(from?.rawValue ?? "") already")
    }
    let installs = try Files.names(in: layout.site(site.name)).isEmpty
    return MigrationPlan(
      site: site, kind: .add, steps: MigrationKind.add.steps(installs: installs), from: nil,
      to: order.to ?? .blue, backup: BackupStore.newID())
  }

  private func leaping(
    _ site: SiteSpec, _ kind: MigrationKind, from: PlatformName?, source: String? = nil
  ) throws -> MigrationPlan? {
    guard let from else {
      guard order.sites.contains(site.name) else { return nil }
      throw Failure.refused(
        "\(site.name) is not seated yet",
        remedy: "leapfrog site add \(order.spec.name) \(site.name)")
    }
    guard let to = order.to, from != to else { return nil }
    return MigrationPlan(
      site: site, kind: kind, steps: kind.steps(), from: from, to: to, backup: BackupStore.newID(),
      source: source)
  }

  private func returning(_ site: SiteSpec, from: PlatformName?) throws -> MigrationPlan? {
    guard let from else { return try leaping(site, .rollback, from: nil) }
    switch try WayBack(planner: self, site: site, from: from).find() {
    case .express: return try leaping(site, .express, from: from)
    case .backup(let id): return try leaping(site, .rollback, from: from, source: id)
    }
  }

  /// Express only where nothing stands in the way and the change that was looked at is the one between
  /// the two platforms.
  private func expressKind(of site: SiteSpec, from: PlatformName?) throws -> MigrationKind {
    guard let from, let to = order.to, let change = order.change,
      ExpressRuling(of: site, in: order.spec, change: change).obstacle == nil,
      change.to == order.commit, try holds(from, change.from), try holds(to, change.to)
    else { return .upgrade }
    return .express
  }

  /// Whether a platform holds exactly the code of that commit.
  func holds(_ platform: PlatformName, _ commit: ObjectID?) throws -> Bool {
    guard let commit, let header = try PlatformManifest.header(of: platform, in: layout) else {
      return false
    }
    return header.commit == commit && (header.state == .ready || header.state == .unbuilt)
  }

  private func staying(
    _ site: SiteSpec, _ kind: MigrationKind, from: PlatformName?, source: String? = nil
  ) throws -> MigrationPlan {
    guard let from else {
      throw Failure.refused(
        "\(site.name) is not seated", remedy: "leapfrog site add \(order.spec.name) \(site.name)")
    }
    return MigrationPlan(
      site: site, kind: kind, steps: kind.steps(), from: from, to: from,
      backup: BackupStore.newID(), source: source)
  }

  private func lastBackup(of site: SiteSpec) throws -> String {
    let known = try journal.backups(of: site.name)
    let found = try BackupStore(layout: layout).list(site: site.name, newestFirst: known).first
    guard let found else {
      throw Failure.refused(
        "\(site.name) has no backup",
        remedy: "leapfrog backup \(order.spec.name) --site \(site.name)")
    }
    return found.id
  }
}
