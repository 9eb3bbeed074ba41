import LeapfrogCore

/// What a site's data is when restic is to back it up: the paths with all but their contents.
struct ResticLook {
  /// What is there.
  let list: SnapshotList
  /// What is not as it was at the look before.
  let changes: SnapshotChanges
  /// Whether the look before holds for all but the times of directories, in which something may have
  /// come and gone.
  let isAsBefore: Bool
  /// Sockets, FIFOs and devices.
  let skipped: Int
  /// Whether there is nothing but the directory itself.
  var isEmpty: Bool { list.records.count <= 1 && skipped == 0 }

  /// - Parameter before: an earlier look, of which the records are kept of all that is untouched.
  init(of source: BackupSource, since before: SnapshotList = SnapshotList([]), strict: Bool) throws
  {
    let live = try source.tree()
    let began = SnapshotCopier.now
    let found = try TreeComparison.make(
      of: source.data, with: before, leavingOut: source.leftOut, strict: strict)
    let records = try found.changed.compactMap { entry in
      do { return try Self.record(entry, live, began) } catch let unsettled as Unsettled {
        if strict { throw unsettled }
        return nil
      }
    }
    changes = SnapshotChanges(
      gone: found.gone.map { before.records[$0].path }, list: SnapshotList(records))
    list = before.applying(changes)
    let known = Dictionary(
      found.changed.isEmpty
        ? []
        : before.records.lazy.filter { $0.kind == .directory }
          .map { ($0.path, $0.attributes) }, uniquingKeysWith: { $1 })
    isAsBefore =
      changes.gone.isEmpty
      && records.allSatisfy { $0.kind == .directory && known[$0.path] == $0.attributes }
    skipped = found.skipped
  }

  /// Looks whether everything is still as it was looked at.
  ///
  /// - Throws: `Unsettled` naming what is not.
  func verifyUntouched(_ source: BackupSource) throws {
    let found = try TreeComparison.make(
      of: source.data, with: list, leavingOut: source.leftOut, strict: true)
    if let index = found.gone.first { throw Unsettled(path: "\(list.records[index].path)") }
    let known = list.byPath
    for entry in found.changed where known[entry.path]?.describes(entry.status) != true {
      throw Unsettled(path: "\(source.data)/\(entry.path)")
    }
  }

  private static func record(
    _ entry: TreeScan.Entry, _ live: DirectoryTree, _ began: Int64
  ) throws -> SnapshotRecord? {
    guard let kind = SnapshotRecord.Kind(entry.status.kind) else { return nil }
    var record = SnapshotRecord(entry.path, kind, entry.status)
    let name = live.label(entry.path)
    switch kind {
    case .link: record.digest = FileDigest(of: try live.target(ofLink: entry.path))
    case .directory:
      record.extended = try ExtendedAttribute.all(of: live.directory(entry.path), name: name)
    case .file:
      let file = try live.openFile(entry.path)
      record.extended = try ExtendedAttribute.all(of: file.number, name: name)
    }
    return record.dated(began)
  }
}

extension SnapshotRecord {
  /// Whether a status is what was recorded, as far as a time without enough grain can tell.
  fileprivate func describes(_ status: FileStatus) -> Bool {
    guard kind == Kind(status.kind), inode == status.inode else { return false }
    // The database's engine may write beside the database meanwhile.
    if kind == .directory { return true }
    return modified == status.modified && size == status.size
      && (changed == 0 || changed == status.changed)
  }
}
