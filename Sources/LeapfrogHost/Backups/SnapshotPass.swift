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
    /// The paths that are new in the backup, or written anew; what is not among them lasts already.
    var written: [TreePath]
  }

  /// One path as it is in the backup now.
  private struct Placed {
    var record: SnapshotRecord
    /// Whether the pass wrote it.
    var isNew: Bool
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
    var placed: [Placed] = []
    for entry in scan.entries {
      if let one = try settled({ try place(entry) }) { placed.append(one) }
    }
    return Result(
      list: SnapshotList(placed.map(\.record)),
      skipped: scan.entries.count { $0.status.kind == .other },
      written: placed.lazy.filter(\.isNew).map(\.record.path))
  }

  /// What a body makes; nil where something vanished meanwhile and that is no fault.
  private func settled(_ body: () throws -> Placed?) throws -> Placed? {
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

  private func place(_ entry: TreeScan.Entry) throws -> Placed? {
    switch entry.status.kind {
    case .other: return nil
    case .directory: return try placeDirectory(entry)
    case .link: return try placeLink(entry)
    case .file: return try keepKnown(entry) ?? Placed(record: copy(entry.path), isNew: true)
    }
  }

  private func placeDirectory(_ entry: TreeScan.Entry) throws -> Placed {
    try files.makeDirectory(entry.path)
    let record = SnapshotRecord(entry.path, .directory, entry.status)
    return Placed(record: record, isNew: !isThere(record))
  }

  private func placeLink(_ entry: TreeScan.Entry) throws -> Placed {
    let target = try live.target(ofLink: entry.path)
    var record = SnapshotRecord(entry.path, .link, entry.status, digest: FileDigest(of: target))
    record.size = Int64(target.count)
    if isThere(record) { return Placed(record: record, isNew: false) }
    try files.removeAll(entry.path)
    try files.makeLink(entry.path, target: target)
    return Placed(record: record, isNew: true)
  }

  /// Whether the same directory or link was put into `files` by the pass before.
  private func isThere(_ record: SnapshotRecord) -> Bool {
    guard previous == nil, let before = known[record.path] else { return false }
    return before.kind == record.kind && before.digest == record.digest
  }

  /// The known record, where the file needs no copy.
  private func keepKnown(_ entry: TreeScan.Entry) throws -> Placed? {
    guard let record = known[entry.path], record.isUntouched(entry.status) else { return nil }
    guard let previous else { return Placed(record: record, isNew: false) }
    guard let copy = try previous.status(entry.path), copy.kind == .file, copy.size == record.size
    else { return nil }
    return try files.link(entry.path, from: previous) ? Placed(record: record, isNew: true) : nil
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
