import LeapfrogCore

/// What takes a site back: a backup, or nothing but the code; and whether that code is still there.
struct WayBack {
  enum Means: Equatable {
    /// The code alone: the change that brought the site here cannot touch data, so its reverse cannot.
    case express
    /// The code, and the backup of that id.
    case backup(String)
  }

  let planner: ReleasePlanner
  let site: SiteSpec
  let from: PlatformName

  /// - Throws: `Failure` of kind `refused` where there is no way back.
  func find() throws -> Means {
    guard let arrival = try arrival(of: site.name) else {
      throw Failure.refused(
        "\(site.name) came to \(from) without an upgrade, so there is no way back",
        remedy: try wayOfOthers())
    }
    return arrival.plan.kind == .express
      ? try verified(express: arrival) : try verified(upgrade: arrival)
  }

  /// The upgrade that took a site here; nil when it came another way, such as a rollback.
  private func arrival(of name: String) throws -> MigrationRecord? {
    guard let arrival = try planner.journal.arrival(of: name), arrival.plan.to == from else {
      return nil
    }
    switch arrival.plan.kind {
    case .upgrade: return try manifest(of: arrival) == nil ? nil : arrival
    case .express: return try order(of: arrival)?.kind == .upgrade ? arrival : nil
    default: return nil
    }
  }

  private func order(of arrival: MigrationRecord) throws -> WorkOrder? {
    try planner.journal.release(arrival.release)?.order
  }

  private func manifest(of arrival: MigrationRecord) throws -> BackupManifest? {
    try BackupStore(layout: planner.layout).manifest(
      site: arrival.plan.site.name, id: arrival.plan.backup)
  }

  /// What takes those sites back that can go, where all were asked for.
  private func wayOfOthers() throws -> String? {
    guard planner.order.sites.isEmpty else { return nil }
    let others = try planner.seated(on: from).filter { try arrival(of: $0) != nil }
    guard !others.isEmpty else { return nil }
    return "leapfrog rollback \(planner.order.spec.name)"
      + others.map { " --site \($0)" }.joined()
  }

  private func verified(express arrival: MigrationRecord) throws -> Means {
    let change = try order(of: arrival)?.change
    guard try isReady(at: change?.from) else {
      throw gone(change?.from.short, of: "the code that \(site.name) came from")
    }
    return .express
  }

  private func verified(upgrade arrival: MigrationRecord) throws -> Means {
    let manifest = try manifest(of: arrival)
    guard try isReady(at: manifest?.commit) else {
      throw gone(manifest?.ref, of: "\(manifest?.ref ?? "the code") of the backup of \(site.name)")
    }
    return .backup(arrival.plan.backup)
  }

  private func isReady(at commit: ObjectID?) throws -> Bool {
    let header = try PlatformManifest.header(of: from.other, in: planner.layout)
    return header?.commit == commit && header?.state == .ready
  }

  private func gone(_ ref: String?, of what: String) -> Failure {
    .refused(
      "\(from.other) does not hold \(what) any more",
      remedy: "leapfrog upgrade \(planner.order.spec.name) \(ref ?? "REF") --stage-only")
  }
}
