import Glibc
import LeapfrogCore

/// One pass of the file backup: makes a backup's `files` what the site's data is now.
///
/// A file that is for certain untouched since it was last copied is not read again: it is in
/// `files` already, or gets a second name from the backup before. Names are never shared with live
/// files, which an application may write in place.
struct SnapshotPass {
  /// What the pass found.
  struct Result {
    var list: SnapshotList
    /// Sockets, FIFOs and devices, which are not backed up.
    var skipped: Int
  }

  let live: DirectoryTree
  let files: DirectoryTree
  let leftOut: Set<TreePath>
  /// What was copied before, by path.
  let known: [TreePath: SnapshotRecord]
  /// Where what is known is; nil when it is in `files` already.
  let previous: DirectoryTree?
  /// Whether the site's writers are stopped, so that a change meanwhile is a fault.
  let strict: Bool

  /// How often a file that changes while it is copied is copied again, where that is no fault.
  private static let attempts = 3
  /// A change so shortly before the copy could be followed by one with the same time: nanoseconds.
  private static let clockGrain: Int64 = 100_000_000

  /// - Throws: `Failure`, or `Unsettled` when strict.
  func run() throws -> Result {
    let scan = try TreeScan(live, leavingOut: leftOut, strict: strict)
    try removeGone(scan)
    var records: [SnapshotRecord] = []
    for entry in scan.entries {
      if let record = try settled({ try place(entry) }) { records.append(record) }
    }
    let skipped = scan.entries.count { $0.status.kind == .other }
    return Result(list: SnapshotList(records), skipped: skipped)
  }

  /// What a body makes; nil where something vanished meanwhile and that is no fault.
  private func settled(_ body: () throws -> SnapshotRecord?) throws -> SnapshotRecord? {
    do { return try body() } catch let unsettled as Unsettled {
      if strict { throw unsettled }
      return nil
    }
  }

  private func removeGone(_ scan: TreeScan) throws {
    guard previous == nil else { return }
    let kinds = Dictionary(
      scan.entries.map { ($0.path, SnapshotRecord.Kind($0.status.kind)) }, uniquingKeysWith: { $1 })
    for (path, record) in known where kinds[path] != record.kind { try files.removeAll(path) }
  }

  private func place(_ entry: TreeScan.Entry) throws -> SnapshotRecord? {
    switch entry.status.kind {
    case .other: return nil
    case .directory: return try placeDirectory(entry)
    case .link: return try placeLink(entry)
    case .file: return try keepKnown(entry) ?? copy(entry.path)
    }
  }

  private func placeDirectory(_ entry: TreeScan.Entry) throws -> SnapshotRecord {
    try files.makeDirectory(entry.path)
    return SnapshotRecord(entry.path, .directory, entry.status)
  }

  private func placeLink(_ entry: TreeScan.Entry) throws -> SnapshotRecord {
    let target = try live.target(ofLink: entry.path)
    try files.removeAll(entry.path)
    try files.makeLink(entry.path, target: target)
    var record = SnapshotRecord(entry.path, .link, entry.status, digest: FileDigest(of: target))
    record.size = Int64(target.count)
    return record
  }

  /// The known record, where the file needs no copy.
  private func keepKnown(_ entry: TreeScan.Entry) throws -> SnapshotRecord? {
    guard let record = known[entry.path], record.isUntouched(entry.status) else { return nil }
    guard let previous else { return record }
    guard let copy = try previous.status(entry.path), copy.kind == .file, copy.size == record.size
    else { return nil }
    return try files.link(entry.path, from: previous) ? record : nil
  }

  private func copy(_ path: TreePath) throws -> SnapshotRecord {
    for _ in 1..<Self.attempts {
      let (record, isSettled) = try copyOnce(path)
      if isSettled { return record }
      if strict { throw Unsettled(path: live.label(path)) }
    }
    var (record, isSettled) = try copyOnce(path)
    if !isSettled { record.changed = 0 }
    return record
  }

  private func copyOnce(_ path: TreePath) throws -> (record: SnapshotRecord, isSettled: Bool) {
    let started = Self.now
    let source = try live.openFile(path)
    guard let status = FileStatus(source) else { throw Unsettled(path: live.label(path)) }
    try files.removeAll(path)
    let target = try files.makeFile(path)
    let (size, digest) = try FileContents.copy(
      source, name: live.label(path), to: target, named: files.label(path))
    var record = SnapshotRecord(path, .file, status, digest: digest)
    record.size = size
    if status.changed > started &- Self.clockGrain { record.changed = 0 }
    return (record, FileStatus(source) == status && size == status.size)
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
