import LeapfrogCore

/// One line of a backup's list: a file, directory or link of the site's data as it was.
struct SnapshotRecord: Equatable, Sendable {
  enum Kind: UInt8, Sendable {
    case file = 0x66
    case directory = 0x64
    case link = 0x6C
  }

  var path: TreePath
  var kind: Kind
  var mode: UInt32
  var owner: UInt32
  var group: UInt32
  /// How many names the live file had.
  var links: UInt32
  /// Bytes of the contents or of a link's target; 0 for a directory.
  var size: Int64
  /// Last change of contents, nanoseconds since 1970.
  var modified: Int64
  /// Last change of contents or inode of the live file when it was copied, nanoseconds since 1970;
  /// 0 when that cannot tell a later change.
  var changed: Int64
  /// The live file's inode when it was copied.
  var inode: UInt64
  /// Of the contents or of a link's target; nil for a directory, and for files that were not read.
  var digest: FileDigest?
  /// Sorted by name.
  var extended: [ExtendedAttribute]

  init(
    _ path: TreePath, _ kind: Kind, _ status: FileStatus, digest: FileDigest? = nil,
    extended: [ExtendedAttribute] = []
  ) {
    self.path = path
    self.kind = kind
    mode = status.mode
    owner = status.owner
    group = status.group
    links = kind == .file ? status.links : 1
    size = kind == .directory ? 0 : status.size
    modified = status.modified
    changed = status.changed
    inode = status.inode
    self.digest = digest
    self.extended = extended
  }

  /// Whether what is there is for certain what was recorded, untouched since.
  func isUntouched(_ status: FileStatus) -> Bool {
    guard kind == Kind(status.kind), changed != 0, changed == status.changed else { return false }
    if kind == .directory { return inode == status.inode && mode == status.mode }
    return modified == status.modified && size == status.size && inode == status.inode
  }

  /// A change so shortly before the look could be followed by one with the same time: nanoseconds.
  private static let clockGrain: Int64 = 100_000_000

  /// The record without a time that could not tell a change after a look that began then.
  func dated(_ began: Int64) -> SnapshotRecord {
    var record = self
    if changed > began &- Self.clockGrain { record.changed = 0 }
    return record
  }

  /// The attributes that the file gets when it is put back.
  var attributes: FileAttributes {
    FileAttributes(
      mode: mode & 0o7777, owner: owner, group: group,
      modified: kind == .file ? modified : nil, extended: extended)
  }

  /// What two names of one file have in common; nil for a file of one name.
  var identity: Identity? {
    guard kind == .file, links > 1 else { return nil }
    return Identity(inode: inode, size: size, modified: modified, digest: digest)
  }

  struct Identity: Hashable, Sendable {
    let inode: UInt64
    let size: Int64
    let modified: Int64
    let digest: FileDigest?
  }
}

extension SnapshotRecord.Kind {
  /// nil for what is not backed up.
  init?(_ kind: FileStatus.Kind) {
    switch kind {
    case .file: self = .file
    case .directory: self = .directory
    case .link: self = .link
    case .other: return nil
    }
  }
}
