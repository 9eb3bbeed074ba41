import LeapfrogCore

/// Backs up database and files, and verifies both. Only `backup` by hand runs on an open site.
struct BackupStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try Closure(migration: migration).require()
    let header = try migration.plan.from.flatMap {
      try PlatformManifest.header(of: $0, in: migration.layout)
    }
    _ = try migration.backups.finish(
      site: migration.site.name, id: migration.plan.backup, data: migration.data,
      engine: migration.engine, hot: migration.kind == .backup, migration: migration.record.id,
      platform: migration.plan.from, ref: header?.ref, commit: header?.commit)
  }

  func probe(_ migration: SiteMigration) throws -> Probe {
    (try? VerifiedBackup(of: migration)) == nil ? .redo : .done
  }
}

/// The proof that a migration has its backup. There is no other way to one than this, and none to
/// an update without one.
struct VerifiedBackup {
  let manifest: BackupManifest

  /// - Throws: `Failure` when there is no whole backup that this migration made after it closed the site.
  init(of migration: SiteMigration) throws {
    let found = try migration.backups.manifest(
      site: migration.site.name, id: migration.plan.backup)
    guard let found, found.migration == migration.record.id,
      found.hot == (migration.kind == .backup)
    else {
      throw Failure.failed("\(migration.site.name) has no verified backup \(migration.plan.backup)")
    }
    manifest = found
  }

  /// Puts database and files back as they were; what is there now is set aside.
  func restore(_ migration: SiteMigration) throws {
    try Restoration(migration: migration, manifest: manifest).run()
  }
}
