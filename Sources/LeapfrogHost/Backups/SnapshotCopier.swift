import Glibc
import LeapfrogCore

/// Copies single files, directories and links of a site's data into a backup.
final class SnapshotCopier {
  private let live: DirectoryTree
  private let files: DirectoryTree
  private let strict: Bool
  private let began = SnapshotCopier.now
  /// The first of several names of one file, by device and inode.
  private var leaders: [Leader: (status: FileStatus, record: SnapshotRecord)] = [:]
  /// The paths that were written.
  private(set) var written: [TreePath] = []

  /// How often a file that changes while it is copied is copied again, where that is no fault.
  private static let attempts = 3

  private struct Leader: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// To be made before the live tree is looked at.
  ///
  /// - Parameter strict: whether a change meanwhile is a fault.
  init(live: DirectoryTree, files: DirectoryTree, strict: Bool) {
    (self.live, self.files, self.strict) = (live, files, strict)
  }

  /// Copies what is there; nil for what is not backed up, and where something vanished meanwhile and
  /// that is no fault.
  ///
  /// - Throws: `Failure`, or `Unsettled` when strict.
  func copy(_ entry: TreeScan.Entry) throws -> SnapshotRecord? {
    try settled {
      switch entry.status.kind {
      case .other: nil
      case .directory: try copyDirectory(entry)
      case .link: try copyLink(entry)
      case .file: try linkToLeader(entry) ?? copyFile(entry.path)
      }
    }
  }

  /// Takes over from a backup before what is untouched since.
  func keep(_ record: SnapshotRecord, of previous: DirectoryTree) throws -> SnapshotRecord? {
    try settled {
      switch record.kind {
      case .directory: try files.makeDirectory(record.path)
      case .link: try files.makeLink(record.path, target: live.target(ofLink: record.path))
      case .file:
        guard let copy = try previous.status(record.path), copy.kind == .file,
          copy.size == record.size, try files.link(record.path, from: previous)
        else { return try copyFile(record.path) }
      }
      return record
    }
  }

  private func settled(_ body: () throws -> SnapshotRecord?) throws -> SnapshotRecord? {
    do { return try body() } catch let unsettled as Unsettled {
      if strict { throw unsettled }
      return nil
    }
  }

  private func copyDirectory(_ entry: TreeScan.Entry) throws -> SnapshotRecord {
    if try files.status(entry.path)?.kind != .directory {
      try files.removeAll(entry.path)
      try files.makeDirectory(entry.path)
      written.append(entry.path)
    }
    let number = try live.directory(entry.path)
    let extended = try ExtendedAttribute.all(of: number, name: live.label(entry.path))
    return SnapshotRecord(entry.path, .directory, entry.status, extended: extended).dated(began)
  }

  private func copyLink(_ entry: TreeScan.Entry) throws -> SnapshotRecord {
    let target = try live.target(ofLink: entry.path)
    var record = SnapshotRecord(entry.path, .link, entry.status, digest: FileDigest(of: target))
    record.size = Int64(target.count)
    try files.removeAll(entry.path)
    try files.makeLink(entry.path, target: target)
    written.append(entry.path)
    return record.dated(began)
  }

  /// A further name of a file that was copied already, untouched since.
  private func linkToLeader(_ entry: TreeScan.Entry) throws -> SnapshotRecord? {
    let key = Leader(device: entry.status.device, inode: entry.status.inode)
    guard entry.status.links > 1, let leader = leaders[key],
      try live.status(entry.path) == leader.status
    else { return nil }
    try files.removeAll(entry.path)
    guard try files.link(entry.path, to: leader.record.path) else { return nil }
    written.append(entry.path)
    var record = leader.record
    record.path = entry.path
    return record
  }

  private func copyFile(_ path: TreePath) throws -> SnapshotRecord {
    written.append(path)
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
    let name = live.label(path)
    let source = try live.openFile(path)
    guard let status = FileStatus(source) else { throw Unsettled(path: name) }
    try files.removeAll(path)
    let target = try files.makeFile(path)
    let (size, digest) = try FileContents.copy(
      source, name: name, to: target, named: files.label(path), tellingHoles: true)
    let extended = try ExtendedAttribute.all(of: source.number, name: name)
    var record = SnapshotRecord(path, .file, status, digest: digest, extended: extended)
    record.size = size
    record = record.dated(started)
    let isSettled = FileStatus(source) == status && size == status.size
    if isSettled, status.links > 1 {
      leaders[Leader(device: status.device, inode: status.inode)] = (status, record)
    }
    return (record, isSettled)
  }

  /// Nanoseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
