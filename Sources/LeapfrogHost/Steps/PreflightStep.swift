import LeapfrogCore

/// Looks, before anything changes, whether the migration can work.
struct PreflightStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try verifyPlace(migration)
    try verifyOpen(migration)
    try migration.domains.verifyFree(for: migration.site)
    try verifyPlatform(migration)
    guard migration.kind != .add, migration.kind != .remove else { return }
    let environment = try EnvironmentCheck(migration)
    try environment.explaining { try migration.engine?.check() }
    try environment.verifySource()
    try claimDatabase(migration)
    guard migration.kind != .express else { return }
    try migration.backups.engine.check()
    try verifySource(migration)
    try verifySpace(migration)
  }

  private func claimDatabase(_ migration: SiteMigration) throws {
    guard let identity = try migration.engine?.identity() else { return }
    try SiteClaim(of: migration).hold(identity)
  }

  /// The backup that is to be put back, before the site is closed for it.
  private func verifySource(_ migration: SiteMigration) throws {
    guard let id = migration.plan.source else { return }
    let (name, backups) = (migration.site.name, migration.backups)
    try backups.verify(site: name, id: id)
    guard let manifest = try backups.manifest(site: name, id: id) else { return }
    try Restoration.verify(manifest, fits: migration.engine)
  }

  private func verifyPlace(_ migration: SiteMigration) throws {
    let name = migration.site.name
    let live = try migration.live.platform(of: name)
    let journal = try migration.journal.places()[name]
    guard live == journal else {
      throw Failure.stuck(
        "\(name) is on \(word(live)) by its live link and on \(word(journal)) by the journal; "
          + "look which is right and put \(migration.layout.live(name)) so")
    }
    guard live == migration.plan.from else {
      throw Failure.failed(
        "\(name) is on \(word(live)), not on \(word(migration.plan.from)) as planned")
    }
  }

  private func word(_ platform: PlatformName?) -> String { platform?.rawValue ?? "no platform" }

  private func verifyOpen(_ migration: SiteMigration) throws {
    let name = migration.site.name
    guard migration.maintenance.isOn(name) else { return }
    let reason = migration.maintenance.reason(name)
    throw Failure.refused(
      "\(name) is in maintenance already: \(reason?.text ?? "somebody put the flag there by hand")",
      remedy: reason == nil ? "rm \(migration.layout.maintenance(name))" : nil)
  }

  private func verifyPlatform(_ migration: SiteMigration) throws {
    guard [.upgrade, .express, .rollback, .add].contains(migration.kind) else { return }
    let header = try PlatformManifest.header(of: migration.plan.to, in: migration.layout)
    guard header?.state == .ready else {
      throw Failure.failed(
        "\(migration.plan.to) is not ready: its stage or its build did not end well")
    }
    guard migration.order.commit == nil || header?.commit == migration.order.commit else {
      throw Failure.failed(
        "\(migration.plan.to) holds \(header?.commit?.short ?? "nothing"), "
          + "not \(migration.order.commit?.short ?? "") as planned")
    }
    try migration.seat.verifyFree()
  }

  private func verifySpace(_ migration: SiteMigration) throws {
    let needed = try migration.backups.spaceNeeded(
      site: migration.site.name, data: migration.data, engine: migration.engine)
    let free = try Files.freeSpace(at: migration.layout.backups)
    guard free >= needed else {
      throw Failure.failed(
        "\(migration.site.name) needs \(needed >> 20) MiB for its backup and a way back, and "
          + "\(migration.layout.backups) has \(free >> 20) MiB free",
        remedy: "leapfrog backups \(migration.order.spec.name)")
    }
  }
}
