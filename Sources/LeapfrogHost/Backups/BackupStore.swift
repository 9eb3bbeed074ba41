import Foundation
import LeapfrogCore

/// The backups of a pair's sites. Each is a directory `backups/<site>/<id>/` that holds a copy of the
/// database, the files, their list, and a manifest, which is written last.
struct BackupStore: Sendable {
  let layout: Layout
  private let spec: FileBackupSpec
  /// The account of the site's commands, where the configuration names one.
  let user: String?

  /// - Parameters:
  ///   - files: how files are backed up; what is in somebody else's repository cannot be had without it.
  ///   - user: the account of the site's commands, where the configuration names one.
  init(layout: Layout, files: FileBackupSpec = FileBackupSpec(), user: String? = nil) {
    (self.layout, self.user) = (layout, user)
    spec = files
  }

  /// What new backups are made with.
  var engine: any FileBackupEngine { FileBackups.engine(for: spec) }

  /// What has made a backup.
  ///
  /// - Throws: `Failure` when the configuration does not name its repository.
  func engine(of manifest: BackupManifest) throws -> any FileBackupEngine {
    guard manifest.restic != nil else { return SnapshotEngine() }
    guard spec.restic != nil else {
      throw Failure.failed(
        "the files of the backup \(manifest.id) of \(manifest.site) are in a restic repository, "
          + "and the configuration names none")
    }
    return engine
  }

  /// The finished backups of a site, newest first; one whose manifest cannot be read is left out.
  ///
  /// - Parameter known: backups whose order is known, newest first; the others follow by their time.
  func list(site: String, newestFirst known: [String] = []) throws -> [BackupManifest] {
    Self.sorted(
      try ids(site: site).compactMap { try? manifest(site: site, id: $0) }, newestFirst: known
    ) { ($0.id, $0.made) }
  }

  /// Backups in the order that is known, the others behind them by their time.
  static func sorted<Backup>(
    _ backups: [Backup], newestFirst known: [String],
    by key: (Backup) -> (id: String, made: Date)
  ) -> [Backup] {
    let places = Dictionary(zip(known, 0...)) { first, _ in first }
    return backups.sorted {
      let (one, other) = (key($0), key($1))
      let (place, otherPlace) = (places[one.id] ?? .max, places[other.id] ?? .max)
      return place == otherPlace
        ? (one.made, one.id) > (other.made, other.id) : place < otherPlace
    }
  }

  /// The names of all backups of a site, finished or not, in no particular order.
  func ids(site: String) throws -> [String] {
    try Files.names(in: layout.backups(of: site)).filter(BackupID.isProper)
  }

  /// What a finished backup is; nil when it is not there or was never finished.
  ///
  /// - Throws: `Failure` when its manifest is not what was written.
  func manifest(site: String, id: String) throws -> BackupManifest? {
    let place = try layout.place(ofBackup: id, site: site)
    guard Files.exists(place.manifest) else { return nil }
    let manifest = try BackupManifest(reading: place.manifest)
    guard manifest.id == id, manifest.site == site else {
      throw Failure.failed("\(place.manifest) is another backup's manifest")
    }
    return manifest
  }

  /// The newest backup of a site that is as it was made; nil when there is none.
  func latest(site: String) throws -> BackupManifest? {
    try list(site: site).first { isGood($0.id, site: site) }
  }

  /// Whether every part of a backup is there with its size.
  func isGood(_ id: String, site: String) -> Bool {
    (try? verify(site: site, id: id)) != nil
  }

  /// Proves a backup: that every part is there with its size, and with `deep` every byte. What is in a
  /// restic repository is looked for there only with `deep`.
  ///
  /// - Throws: `Failure` naming what is missing or damaged.
  func verify(site: String, id: String, deep: Bool = false) throws {
    guard let manifest = try manifest(site: site, id: id) else {
      throw Failure.failed("the backup \(id) of \(site) is missing or was never finished")
    }
    let place = try layout.place(ofBackup: id, site: site)
    if deep {
      try manifest.database?.verifyBytes(in: place.path)
    } else {
      try manifest.database?.verifySize(in: place.path)
    }
    guard deep || manifest.restic == nil else {
      _ = try fileList(manifest)
      return
    }
    try engine(of: manifest).verify(manifest.fileBackup, in: place, deep: deep)
  }

  /// The list of a backup's files.
  ///
  /// - Throws: `Failure` when it is not the one that the manifest means.
  func fileList(_ manifest: BackupManifest) throws -> SnapshotList {
    try manifest.fileBackup.list(in: layout.place(ofBackup: manifest.id, site: manifest.site))
  }

  /// The files of the newest good backup that was made in the present way; nil when there is none.
  func previousFiles(site: String) throws -> PreviousFiles? {
    let usesRestic = spec.restic != nil
    let found = try list(site: site).first {
      ($0.restic != nil) == usesRestic && isGood($0.id, site: site)
    }
    return try found.map {
      PreviousFiles(
        list: try fileList($0), place: try layout.place(ofBackup: $0.id, site: site),
        restic: $0.restic)
    }
  }
}
