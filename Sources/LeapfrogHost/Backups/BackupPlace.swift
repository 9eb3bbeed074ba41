import LeapfrogCore

/// Where the parts of one backup are.
struct BackupPlace: Sendable {
  let path: String

  /// The copies of the site's files.
  var files: String { "\(path)/files" }
  /// What the files were, and their hashes.
  var list: String { "\(path)/files.list" }
  /// The list of the first pass, until the backup is finished.
  var firstList: String { "\(path)/first.list" }
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
    return BackupPlace(path: backup(id, of: site))
  }
}
