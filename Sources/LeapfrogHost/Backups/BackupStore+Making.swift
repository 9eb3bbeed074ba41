import Foundation
import LeapfrogCore

extension BackupStore {
  /// A name for a backup, which the journal has to know before anything is made of it.
  static func newID(now: Date = Date()) -> String { BackupID.make(at: now) }

  /// Copies the site's files while it is open, as far as they differ from a backup before; the last
  /// pass has only the rest to do. Doing it again begins anew.
  ///
  /// - Parameter previous: the backup before; nil for the newest that is as it was made.
  func firstPass(
    site: String, id: String, data: String, engine: (any DatabaseEngine)?, previous: String? = nil
  ) throws {
    let source = BackupSource(site: site, data: data, engine: engine)
    let place = try layout.place(ofBackup: id, site: site)
    try Failpoint.around("backup.first") {
      try makeEmpty(place)
      let before = try before(site, previous: previous)
      let result = try SnapshotPass(
        live: DirectoryTree(data), files: DirectoryTree(place.files), leftOut: source.leftOut,
        known: before?.known ?? [:], previous: before?.files, strict: false
      ).run()
      // Now, so that the last pass has only its own files to wait for.
      try FileSystem.sync(holding: place.path)
      try Files.write(result.list.encoded, to: place.firstList)
    }
  }

  /// Completes a backup: the database, the last pass over the files, the proof, the manifest. Doing
  /// it again is fine, with or without a first pass.
  ///
  /// - Parameter hot: whether the site is open meanwhile, so that changes are no fault.
  /// - Throws: `Failure`; the backup is then not finished and counts for nothing.
  func finish(
    site: String, id: String, data: String, engine: (any DatabaseEngine)?, hot: Bool,
    migration: Int64? = nil, platform: PlatformName? = nil, ref: String? = nil,
    commit: ObjectID? = nil, now: Date = Date()
  ) throws -> BackupManifest {
    let source = BackupSource(site: site, data: data, engine: engine)
    let place = try layout.place(ofBackup: id, site: site)
    if Files.exists(place.manifest) { try Files.removeForGood(place.manifest) }
    if !Files.exists(place.firstList) {
      try firstPass(site: site, id: id, data: data, engine: engine)
    }
    let database = try engine?.backUp(into: place.path, hot: hot)
    let found = try copyRest(of: source, to: place, strict: !hot)
    let manifest = BackupManifest(
      id: id, site: site, made: now.toMilliseconds, hot: hot, commit: commit, ref: ref,
      platform: platform, migration: migration, database: database, files: found.list.count,
      fileBytes: found.list.bytes, listSHA256: FileDigest(of: found.list.encoded).hex,
      skipped: found.skipped)
    try Failpoint.around("backup.manifest") {
      try Files.write(manifest.encoded(), to: place.manifest)
    }
    try Files.remove(place.firstList)
    return manifest
  }

  /// What the first pass of a backup can share.
  private func before(
    _ site: String, previous: String?
  ) throws -> (known: [TreePath: SnapshotRecord], files: DirectoryTree)? {
    let found =
      if let previous { try manifest(site: site, id: previous) } else { try latest(site: site) }
    guard let manifest = found else { return nil }
    let place = try layout.place(ofBackup: manifest.id, site: site)
    return (try fileList(manifest).byPath, try DirectoryTree(place.files))
  }

  /// The last pass, written and proven.
  private func copyRest(
    of source: BackupSource, to place: BackupPlace, strict: Bool
  ) throws -> SnapshotPass.Result {
    let files = try DirectoryTree(place.files)
    let pass = SnapshotPass(
      live: try DirectoryTree(source.data), files: files, leftOut: source.leftOut,
      known: try SnapshotList(reading: place.firstList).byPath, previous: nil, strict: strict)
    let found = try Failpoint.around("backup.files") { try twice(pass.run) }
    try Files.remove(place.list)
    try Files.create(found.list.encoded, at: place.list)
    let copies = SnapshotFiles(tree: files)
    try copies.sync(found.written)
    try copies.verify(found.list, deep: false)
    return found
  }

  /// Once more where something changed meanwhile that should not have.
  private func twice(_ pass: () throws -> SnapshotPass.Result) throws -> SnapshotPass.Result {
    do { return try pass() } catch is Unsettled {}
    do { return try pass() } catch let unsettled as Unsettled { throw unsettled.failure }
  }

  /// The backup's directory without what an earlier attempt left in it.
  private func makeEmpty(_ place: BackupPlace) throws {
    try Files.makeDirectories(place.path, mode: 0o700)
    let tree = try DirectoryTree(place.path)
    for name in try tree.names(in: .root) { try tree.removeAll(TreePath(bytes: name)) }
    try Files.makeDirectory(place.files, mode: 0o700)
  }
}

extension Date {
  /// What a manifest keeps of a time.
  fileprivate var toMilliseconds: Date {
    Date(timeIntervalSince1970: (timeIntervalSince1970 * 1000).rounded() / 1000)
  }
}
