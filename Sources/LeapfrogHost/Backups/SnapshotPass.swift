import Glibc
import LeapfrogCore

/// One pass of the file backup: makes a backup's `files` what the site's data is now.
///
/// A file that is for certain untouched since it was last copied is not read again: it is in
/// `files` already, or gets a second name from the backup before. Names are never shared with live
/// files, which an application may write in place; blocks are, where the file system can.
struct SnapshotPass {
  /// A backup before, to share with.
  struct Previous {
    var list: SnapshotList
    var files: DirectoryTree
  }

  let live: DirectoryTree
  let files: DirectoryTree
  let leftOut: Set<TreePath>
  /// Whether the site's writers are stopped, so that a change meanwhile is a fault.
  let strict: Bool

  /// Fills empty `files`.
  ///
  /// - Throws: `Failure`, or `Unsettled` when strict.
  func fill(sharing previous: Previous?) throws -> SnapshotList {
    let copier = SnapshotCopier(live: live, files: files, strict: strict)
    let found = try TreeComparison.make(
      of: live.path, with: previous?.list ?? SnapshotList([]), leavingOut: leftOut, strict: strict)
    var records: [SnapshotRecord] = []
    var changed = found.changed[...]
    if let previous {
      for (record, isKept) in zip(previous.list.records, found.isKept) where isKept {
        while let entry = changed.first, entry.path < record.path {
          changed = changed.dropFirst()
          if let copied = try copier.copy(entry) { records.append(copied) }
        }
        if let kept = try copier.keep(record, of: previous.files) { records.append(kept) }
      }
    }
    records += try changed.compactMap { try copier.copy($0) }
    return try SnapshotList(ordered: records, name: files.path)
  }

  /// What an update found.
  struct Update {
    var changes: SnapshotChanges
    /// Sockets, FIFOs and devices, which are not backed up.
    var skipped: Int
    /// The paths that are new in `files`, or written anew; what is not among them lasts already.
    var written: [TreePath]
  }

  /// Brings `files` up to date, which hold what a list says. Doing it again is fine.
  ///
  /// - Throws: `Failure`, or `Unsettled` when strict.
  func update(_ list: SnapshotList) throws -> Update {
    let copier = SnapshotCopier(live: live, files: files, strict: strict)
    let found = try TreeComparison.make(
      of: live.path, with: list, leavingOut: leftOut, strict: strict)
    let gone = found.gone.map { list.records[$0].path }
    for path in gone { try files.removeAll(path) }
    let records = try found.changed.compactMap { try copier.copy($0) }
    return Update(
      changes: SnapshotChanges(gone: gone, list: SnapshotList(records)), skipped: found.skipped,
      written: copier.written)
  }
}
