import LeapfrogCore

/// Puts a site's database and files back from a backup and sets the present state aside.
struct Restoration {
  let migration: SiteMigration
  let manifest: BackupManifest

  /// The files go first: they bring back the directory of the database where that was replaced.
  func run() throws {
    try Self.verify(manifest, fits: migration.engine)
    try Files.makeDirectory(migration.aside, mode: 0o700)
    try migration.backups.restoreFiles(
      manifest, to: migration.data, aside: migration.aside, engine: migration.engine)
    try restoreDatabase()
  }

  /// Looks whether the configuration still names a database of the kind that was backed up, before the
  /// files are put back and the database cannot be.
  static func verify(_ manifest: BackupManifest, fits engine: (any DatabaseEngine)?) throws {
    let (was, now) = (manifest.database?.engine, engine.map { type(of: $0).name })
    guard was != now else { return }
    throw Failure.failed(
      "the backup \(manifest.id) of \(manifest.site) has \(word(was)), and the configuration names "
        + word(now))
  }

  private static func word(_ engine: String?) -> String {
    engine.map { "a database of \($0)" } ?? "no database"
  }

  private func restoreDatabase() throws {
    guard let record = manifest.database, let engine = migration.engine else { return }
    let directory = migration.layout.backup(manifest.id, of: manifest.site)
    try engine.restore(record, from: directory, aside: migration.aside)
  }
}
