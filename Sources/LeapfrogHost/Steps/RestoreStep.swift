import LeapfrogCore

/// Puts the site's data back from the backup that the plan names.
struct RestoreStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try Closure(migration: migration).require()
    _ = try VerifiedBackup(of: migration)
    try Restoration(migration: migration, manifest: source(migration)).run()
  }

  func undo(_ migration: SiteMigration) throws {
    guard try Closure(migration: migration).permitsRestoring() else { return }
    try VerifiedBackup(of: migration).restore(migration)
  }

  private func source(_ migration: SiteMigration) throws -> BackupManifest {
    let id = migration.plan.source ?? ""
    guard let found = try migration.backups.manifest(site: migration.site.name, id: id) else {
      throw Failure.failed(
        "\(migration.site.name) has no backup \(id)",
        remedy: "leapfrog backups \(migration.order.spec.name)")
    }
    return found
  }
}
