import Glibc
import LeapfrogCore

/// Brings a site's data back to what a backup's list says. What is in the way is set aside; what is
/// untouched since the backup is not read. Each file changes in one rename, and doing it all again
/// finds what is right already by its contents.
struct FileRestore {
  let list: SnapshotList
  /// The backup's copies.
  let files: DirectoryTree
  let live: DirectoryTree
  let leftOut: Set<TreePath>
  let aside: SetAside

  /// The name that a file has while it is written.
  private static let temporary = Array(".leapfrog-restoring".utf8)

  func run() throws {
    let scan = try TreeScan(live, leavingOut: leftOut, strict: true)
    let wanted = list.byPath
    try clear(scan, wanted: wanted)
    let found = Dictionary(scan.entries.map { ($0.path, $0.status) }, uniquingKeysWith: { $1 })
    let leaders = list.leaders
    for record in list.records {
      if let leader = leaders[record.path] {
        try putName(record, of: leader, found: found[record.path])
      } else {
        try put(record, found: found[record.path])
      }
    }
    // Last and innermost first: a directory may become read-only.
    for record in list.records.reversed() where record.kind == .directory {
      try giveAttributes(record)
    }
    try FileSystem.sync(holding: live.path)
  }

  /// Sets aside what the backup does not have, or has as something else.
  private func clear(_ scan: TreeScan, wanted: [TreePath: SnapshotRecord]) throws {
    for entry in scan.entries.reversed() {
      let kind = wanted[entry.path]?.kind
      guard kind == nil || kind != SnapshotRecord.Kind(entry.status.kind) else { continue }
      switch entry.status.kind {
      case .directory: try clearDirectory(entry.path, isInTheWay: kind != nil)
      case .file, .link: try aside.take(entry.path, from: live)
      case .other: if kind != nil { try aside.take(entry.path, from: live) }
      }
    }
  }

  private func clearDirectory(_ path: TreePath, isInTheWay: Bool) throws {
    if try live.removeEmptyDirectory(path) || !isInTheWay { return }
    try aside.take(path, from: live)
  }

  private func put(_ record: SnapshotRecord, found: FileStatus?) throws {
    switch record.kind {
    case .directory: try live.makeDirectory(record.path)
    case .link: try putLink(record, found: found)
    case .file: try putFile(record, found: found)
    }
  }

  private func putLink(_ record: SnapshotRecord, found: FileStatus?) throws {
    if found?.kind == .link {
      if try isSameLink(record) { return try giveOwner(record) }
      try aside.take(record.path, from: live)
    }
    let target = try files.target(ofLink: record.path)
    try requireDigest(FileDigest(of: target), of: record)
    let temporary = record.path.sibling(Self.temporary)
    try live.removeAll(temporary)
    try live.makeLink(temporary, target: target)
    try live.rename(temporary, to: record.path)
    try giveOwner(record)
  }

  private func isSameLink(_ record: SnapshotRecord) throws -> Bool {
    try FileDigest(of: live.target(ofLink: record.path)) == record.digest
  }

  private func putFile(_ record: SnapshotRecord, found: FileStatus?) throws {
    if let found, found.kind == .file {
      if record.isUntouched(found) { return }
      if try isSameFile(record, found) { return try giveAttributes(record) }
      // A second name, so that no moment is without the file.
      try aside.keep(record.path, of: live)
    }
    try copyBack(record)
  }

  /// Makes a path a further name of a file that is as it was by now.
  private func putName(_ record: SnapshotRecord, of leader: TreePath, found: FileStatus?) throws {
    guard let status = try live.status(leader) else { throw Unsettled(path: live.label(leader)) }
    if let found, found.kind == .file {
      if found.inode == status.inode { return }
      if try !isSameFile(record, found) { try aside.keep(record.path, of: live) }
    }
    let temporary = record.path.sibling(Self.temporary)
    try live.removeAll(temporary)
    guard try live.link(temporary, to: leader) else { return try put(record, found: found) }
    try live.rename(temporary, to: record.path)
  }

  private func isSameFile(_ record: SnapshotRecord, _ found: FileStatus) throws -> Bool {
    // What may be another's is set aside like any other file that is not the backup's.
    guard found.size == record.size, !isForeign(found, record) else { return false }
    let file = try live.openFile(record.path)
    return try FileContents.digest(
      of: file, name: live.label(record.path), tellingHoles: true) == record.digest
  }

  private func isForeign(_ status: FileStatus, _ record: SnapshotRecord) -> Bool {
    live.owners?.isForeign(status, recorded: record.owner) ?? false
  }

  private func copyBack(_ record: SnapshotRecord) throws {
    let temporary = record.path.sibling(Self.temporary)
    try live.removeAll(temporary)
    let source = try openCopy(record)
    let target = try live.makeFile(temporary)
    let name = live.label(record.path)
    let (_, digest) = try FileContents.copy(
      source, name: files.label(record.path), to: target, named: name, tellingHoles: true)
    try requireDigest(digest, of: record)
    try record.attributes.apply(to: target, name: name)
    try live.rename(temporary, to: record.path)
  }

  private func openCopy(_ record: SnapshotRecord) throws -> Descriptor {
    do { return try files.openFile(record.path) } catch is Unsettled {
      throw Failure.failed("\(files.label(record.path)) is missing from the backup")
    }
  }

  private func requireDigest(_ digest: FileDigest, of record: SnapshotRecord) throws {
    guard digest != record.digest else { return }
    try live.removeAll(record.path.sibling(Self.temporary))
    throw Failure.failed(
      "\(files.label(record.path)) is damaged: its SHA-256 is not the recorded one")
  }

  private func giveAttributes(_ record: SnapshotRecord) throws {
    let name = live.label(record.path)
    let file = try live.open(record.path, as: record.kind == .directory ? .directory : .file)
    guard let status = FileStatus(file), !isForeign(status, record) else {
      throw Unsettled(path: name)
    }
    var present: FileAttributes? = status.attributes
    if record.kind == .directory { present?.modified = nil }
    present?.extended = try ExtendedAttribute.all(of: file.number, name: name)
    if present == record.attributes { return }
    try record.attributes.apply(to: file, name: name)
  }

  private func giveOwner(_ record: SnapshotRecord) throws {
    guard geteuid() == 0 else { return }
    try live.at(record.path, "give") {
      fchownat($0, $1, record.owner, record.group, AT_SYMLINK_NOFOLLOW)
    }
  }
}
