import LeapfrogCore

extension BackupStore {
  /// Brings a site's files back to exactly what a backup has; its database is the engine's business.
  /// What changed or came since goes to `aside`. Doing it again after a crash is fine.
  ///
  /// - Throws: `Failure` when the backup is damaged or the data cannot be written.
  func restoreFiles(
    _ manifest: BackupManifest, to data: String, aside: String, engine: (any DatabaseEngine)?
  ) throws {
    let source = BackupSource(site: manifest.site, data: data, engine: engine)
    let place = try layout.place(ofBackup: manifest.id, site: manifest.site)
    let restore = FileRestore(
      list: try fileList(manifest), files: try DirectoryTree(place.files),
      live: try DirectoryTree(data), leftOut: source.leftOut, aside: SetAside(aside))
    try Failpoint.around("restore.files") {
      do { try restore.run() } catch let unsettled as Unsettled { throw unsettled.failure }
    }
  }

  /// Bytes that a backup and a restore of a site can need: the database twice, and what a backup
  /// has to copy of the files, twice too because an update may change it again.
  func spaceNeeded(site: String, data: String, engine: (any DatabaseEngine)?) throws -> Int64 {
    let source = BackupSource(site: site, data: data, engine: engine)
    let once = try (engine?.size() ?? 0).addingClamped(changedBytes(source))
    return once.addingClamped(once)
  }

  private func changedBytes(_ source: BackupSource) throws -> Int64 {
    let known = try latest(site: source.site).map { try fileList($0).byPath } ?? [:]
    return try source.scan().entries.reduce(0) { sum, entry in
      guard entry.status.kind == .file, known[entry.path]?.isUntouched(entry.status) != true
      else { return sum }
      return sum.addingClamped(entry.status.size)
    }
  }
}

extension Int64 {
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}
