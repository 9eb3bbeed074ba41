import LeapfrogCore

extension BackupStore {
  /// Brings a site's files back to exactly what a backup has; its database is the engine's business.
  /// What changed or came since goes to `aside`. Doing it again after a crash is fine.
  ///
  /// - Throws: `Failure` when the backup is damaged or the data cannot be written.
  func restoreFiles(
    _ manifest: BackupManifest, to data: String, aside: String,
    engine database: (any DatabaseEngine)?
  ) throws {
    let source = BackupSource(site: manifest.site, data: data, user: user, engine: database)
    let place = try layout.place(ofBackup: manifest.id, site: manifest.site)
    try Failpoint.around("restore.files") {
      try engine(of: manifest).withCopies(of: manifest.fileBackup, in: place, for: source) {
        list, files in
        let restore = FileRestore(
          list: list, files: files, live: try source.tree(), leftOut: source.leftOut,
          aside: SetAside(aside))
        do { try restore.run() } catch let unsettled as Unsettled { throw unsettled.failure }
      }
    }
  }

  /// Bytes that a backup and a restore of a site can need: the database twice, and what a backup
  /// has to copy of the files.
  func spaceNeeded(
    site: String, data: String, engine database: (any DatabaseEngine)?
  ) throws -> Int64 {
    let source = BackupSource(site: site, data: data, user: user, engine: database)
    let once = try database?.size() ?? 0
    let directory = Files.exists(layout.backups) ? layout.backups : layout.root
    let files = try engine.spaceNeeded(
      for: source, in: directory, previous: previousFiles(site: site))
    return once.addingClamped(once).addingClamped(files)
  }
}
