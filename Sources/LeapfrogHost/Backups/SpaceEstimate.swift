import LeapfrogCore

/// What a backup would have to copy of a site's files.
struct SpaceEstimate {
  /// Bytes on disk, holes not counted.
  private(set) var bytes: Int64 = 0
  /// The largest of the files; nil where there are none.
  private(set) var largest: TreePath?

  /// - Parameter known: what a backup before holds, and is shared with it where it is untouched.
  init(of source: BackupSource, sharing known: SnapshotList?) throws {
    let live = try source.tree()
    let found = try TreeComparison.make(
      of: source.data, with: known ?? SnapshotList([]), leavingOut: source.leftOut, strict: false)
    var most: Int64 = 0
    for entry in found.changed where entry.status.kind == .file {
      let size = try live.allocated(entry.path)
      bytes = bytes.addingClamped(size)
      if size > most { (most, largest) = (size, entry.path) }
    }
  }
}

extension Int64 {
  /// The sum, or the largest number where there is none.
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}
