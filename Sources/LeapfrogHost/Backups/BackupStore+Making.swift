import Foundation
import LeapfrogCore

extension BackupStore {
  /// Begins a backup of a site.
  ///
  /// - Returns: its name, which the journal has to know before anything is in it.
  func begin(_ site: String, now: Date = Date()) throws -> String {
    let id = BackupID.make(at: now)
    let place = try layout.place(ofBackup: id, site: site)
    try Files.makeDirectories(layout.backups(of: site), mode: 0o700)
    try Files.makeDirectory(place.path, mode: 0o700)
    return id
  }

  /// Copies the site's files while it is open, as far as they differ from a backup before; the last
  /// pass has only the rest to do. Doing it again begins anew.
  ///
  /// - Parameter previous: the backup before; nil for the newest that is as it was made.
  func firstPass(_ id: String, of source: BackupSource, previous: String? = nil) throws {
    let place = try layout.place(ofBackup: id, site: source.site)
    try Failpoint.around("backup.first") {
      try clear(place)
      try Files.makeDirectory(place.files, mode: 0o700)
      let before = try before(source.site, previous: previous)
      let result = try SnapshotPass(
        live: DirectoryTree(source.data), files: DirectoryTree(place.files),
        leftOut: source.leftOut, known: before?.known ?? [:], previous: before?.files,
        strict: false
      ).run()
      try Files.write(result.list.encoded, to: place.firstList)
    }
  }

  /// Completes a backup: the database, the last pass over the files, the proof, the manifest. Doing
  /// it again is fine.
  ///
  /// - Throws: `Failure`; the backup is then not finished and counts for nothing.
  func finish(
    _ id: String, of source: BackupSource, facts: BackupFacts, now: Date = Date()
  ) throws -> BackupManifest {
    let place = try layout.place(ofBackup: id, site: source.site)
    guard Files.exists(place.path) else {
      throw Failure.failed("the backup \(id) of \(source.site) was never begun")
    }
    try Files.removeForGood(place.manifest)
    if !Files.exists(place.firstList) { try firstPass(id, of: source) }
    let database = try source.engine?.backUp(into: place.path)
    let result = try Failpoint.around("backup.files") {
      try lastPass(place, of: source, strict: !facts.hot)
    }
    let list = result.list.encoded
    try Files.write(list, to: place.list)
    try FileSystem.sync(holding: place.path)
    try BackupFiles(tree: DirectoryTree(place.files)).verify(result.list, deep: false)
    let manifest = BackupManifest(
      id: id, site: source.site, made: Self.toMilliseconds(now), hot: facts.hot,
      commit: facts.commit, ref: facts.ref, platform: facts.platform,
      migration: facts.migration, database: database, files: result.list.count,
      fileBytes: result.list.bytes, listSHA256: FileDigest(of: list).hex,
      skipped: result.skipped)
    try Failpoint.around("backup.manifest") {
      try Files.write(manifest.encoded(), to: place.manifest)
    }
    try Files.remove(place.firstList)
    return manifest
  }

  /// What the first pass of a backup can share.
  private func before(
    _ site: String, previous: String?
  ) throws -> (known: [TreePath: FileRecord], files: DirectoryTree)? {
    let found = try previous.map { try self.manifest($0, site: site) } ?? latest(site)
    guard let manifest = found else { return nil }
    let place = try layout.place(ofBackup: manifest.id, site: site)
    return (try fileList(manifest).byPath, try DirectoryTree(place.files))
  }

  /// One pass, and a second where something changed meanwhile that should not have.
  private func lastPass(
    _ place: BackupPlace, of source: BackupSource, strict: Bool
  ) throws -> SnapshotPass.Result {
    let pass = SnapshotPass(
      live: try DirectoryTree(source.data), files: try DirectoryTree(place.files),
      leftOut: source.leftOut, known: try FileList(reading: place.firstList).byPath,
      previous: nil, strict: strict)
    do { return try pass.run() } catch is Unsettled {}
    do { return try pass.run() } catch let unsettled as Unsettled { throw unsettled.failure }
  }

  /// Removes what an earlier attempt left.
  private func clear(_ place: BackupPlace) throws {
    let tree = try DirectoryTree(place.path)
    for path in ["manifest.json", "first.list", "files.list", "files"] {
      try tree.removeAll(TreePath(path))
    }
  }

  private static func toMilliseconds(_ date: Date) -> Date {
    Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1000).rounded() / 1000)
  }
}
