import LeapfrogCore

/// Where the parts of one backup are.
struct BackupPlace: Sendable {
  let path: String
  /// The backup's name.
  let id: String
  let site: String
  /// The pair's directory.
  let root: String

  /// The copies of the site's files.
  var files: String { "\(path)/files" }
  /// What the files were when the first pass looked, and their hashes.
  var list: String { "\(path)/files.list" }
  /// What the last pass found different.
  var changes: String { "\(path)/changes.list" }
  /// What the first pass left for the last one, until the backup is finished.
  var first: String { "\(path)/first.json" }
  /// Where copies that are elsewhere come for a restore.
  var staging: String { "\(path)/restored" }
  var manifest: String { "\(path)/manifest.json" }
}

extension Layout {
  /// A backup's place.
  ///
  /// - Throws: `Failure` when the id is none.
  func place(ofBackup id: String, site: String) throws -> BackupPlace {
    guard BackupID.isProper(id) else { throw Failure.usage("\"\(id)\" is not a backup's name") }
    if let fault = Names.fault(inDomain: site) {
      throw Failure.usage("the site's name \"\(site)\" \(fault)")
    }
    return BackupPlace(path: backup(id, of: site), id: id, site: site, root: root)
  }
}
