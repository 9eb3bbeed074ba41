import LeapfrogCore

/// Puts a site's database and files back from a backup and sets the present state aside.
struct Restoration {
  let migration: SiteMigration
  let manifest: BackupManifest

  /// The files go first: they bring back the directory of the database where that was replaced.
  func run() throws {
    try Files.makeDirectory(migration.aside, mode: 0o700)
    try migration.backups.restoreFiles(
      manifest, to: migration.data, aside: migration.aside, engine: migration.engine)
    try restoreDatabase()
  }

  private func restoreDatabase() throws {
    guard let record = manifest.database else { return }
    guard let engine = migration.engine else {
      throw Failure.failed(
        "the backup \(manifest.id) of \(manifest.site) has a database, and the configuration names none"
      )
    }
    let directory = migration.layout.backup(manifest.id, of: manifest.site)
    try engine.restore(record, from: directory, aside: migration.aside)
  }
}
