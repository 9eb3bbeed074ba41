import Foundation
import LeapfrogCore

/// The backups of a pair's sites: made, listed, proven.
struct BackupStore: Sendable {
  let layout: Layout

  init(layout: Layout) {
    self.layout = layout
  }

  // MARK: Reading

  /// The finished backups of a site, newest first; one whose manifest cannot be read is left out.
  func list(_ site: String) throws -> [BackupManifest] {
    try ids(site).compactMap { try? manifest($0, site: site) }
      .sorted { ($0.made, $0.id) > ($1.made, $1.id) }
  }

  /// The names of all backups of a site, finished or not, in no particular order.
  func ids(_ site: String) throws -> [String] {
    try Files.names(in: layout.backups(of: site)).filter(BackupID.isProper)
  }

  /// What a finished backup is.
  ///
  /// - Throws: `Failure` when it was never finished or its manifest is damaged.
  func manifest(_ id: String, site: String) throws -> BackupManifest {
    let place = try layout.place(ofBackup: id, site: site)
    guard Files.exists(place.manifest) else {
      throw Failure.failed("the backup \(id) of \(site) is missing or was never finished")
    }
    let manifest = try BackupManifest(reading: place.manifest)
    guard manifest.id == id, manifest.site == site else {
      throw Failure.failed("\(place.manifest) is another backup's manifest")
    }
    return manifest
  }

  /// The newest backup of a site that is as it was made; nil when there is none.
  func latest(_ site: String) throws -> BackupManifest? {
    try list(site).first { (try? verify($0.id, site: site, deep: false)) != nil }
  }

  /// Proves a backup: that every part is there with its size, and with `deep` every byte.
  ///
  /// - Throws: `Failure` naming what is missing or damaged.
  func verify(_ id: String, site: String, deep: Bool) throws {
    let manifest = try manifest(id, site: site)
    let place = try layout.place(ofBackup: id, site: site)
    let list = try fileList(manifest)
    if deep {
      try manifest.database?.verifyBytes(in: place.path)
    } else {
      try manifest.database?.verifySize(in: place.path)
    }
    try BackupFiles(tree: DirectoryTree(place.files)).verify(list, deep: deep)
  }

  /// The list of a backup's files.
  ///
  /// - Throws: `Failure` when it is not the one that the manifest means.
  func fileList(_ manifest: BackupManifest) throws -> FileList {
    let path = try layout.place(ofBackup: manifest.id, site: manifest.site).list
    let list = try FileList(reading: path)
    guard FileDigest(of: list.encoded).hex == manifest.listSHA256 else {
      throw Failure.failed("\(path) is damaged: its SHA-256 is not the recorded one")
    }
    return list
  }

  /// A backup as a list shows it; `neededBy` says why it is kept whatever its age.
  func info(_ id: String, site: String, neededBy: String? = nil) throws -> BackupInfo {
    let place = try layout.place(ofBackup: id, site: site)
    var fault: Failure?
    do { try verify(id, site: site, deep: false) } catch { fault = Failure(error) }
    let manifest = try? manifest(id, site: site)
    return BackupInfo(
      id: id, site: site, made: manifest?.made ?? begun(place), commit: manifest?.commit,
      ref: manifest?.ref, platform: manifest?.platform, verified: fault == nil,
      fault: fault?.message, databaseBytes: manifest?.database?.bytes ?? 0,
      files: manifest?.files ?? 0, fileBytes: manifest?.fileBytes ?? 0, neededBy: neededBy)
  }

  /// For people only, where no manifest says when the backup was made.
  private func begun(_ place: BackupPlace) -> Date {
    let modified = FileStatus(place.path)?.modified ?? 0
    return Date(timeIntervalSince1970: Double(modified / 1_000_000_000))
  }
}
