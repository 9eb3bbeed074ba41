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
  /// Bytes of the contents or of a link's target; 0 for a directory.
  var size: Int64
  /// Last change of contents, nanoseconds since 1970.
  var modified: Int64
  /// Last change of contents or inode of the live file when it was copied, nanoseconds since 1970;
  /// 0 when that cannot tell a later change.
  var changed: Int64
  /// The live file's inode when it was copied.
  var inode: UInt64
  /// Of the contents or of a link's target; nil for a directory.
  var digest: FileDigest?

  init(_ path: TreePath, _ kind: Kind, _ status: FileStatus, digest: FileDigest? = nil) {
    self.path = path
    self.kind = kind
    mode = status.mode
    owner = status.owner
    group = status.group
    size = kind == .directory ? 0 : status.size
    modified = status.modified
    changed = status.changed
    inode = status.inode
    self.digest = digest
  }

  /// Whether the live file is for certain the one that was copied, untouched since.
  func isUntouched(_ status: FileStatus) -> Bool {
    kind == Kind(status.kind) && changed != 0 && changed == status.changed
      && modified == status.modified && size == status.size && inode == status.inode
  }

  /// The attributes that the file gets when it is put back.
  var attributes: FileAttributes {
    FileAttributes(
      mode: mode & 0o7777, owner: owner, group: group,
      modified: kind == .file ? modified : nil)
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

extension SnapshotRecord {
  /// `KIND MODE OWNER GROUP SIZE MODIFIED CHANGED INODE SHA256 PATH`, without the NUL at its end.
  var encoded: [UInt8] {
    let numbers = [Int64(mode), Int64(owner), Int64(group), size, modified, changed]
    var line = [kind.rawValue]
    for number in numbers.map(String.init) + [String(inode)] {
      line.append(0x20)
      line.append(contentsOf: number.utf8)
    }
    line.append(0x20)
    line.append(contentsOf: digest?.hexBytes ?? [0x2D])
    line.append(0x20)
    line.append(contentsOf: path.bytes)
    return line
  }

  /// The record of such a line; nil for anything else.
  init?(encoded line: ArraySlice<UInt8>) {
    let fields = line.split(separator: 0x20, maxSplits: 9, omittingEmptySubsequences: false)
    guard fields.count == 10, fields[0].count == 1, let first = fields[0].first,
      let kind = Kind(rawValue: first),
      let mode = Self.number(fields[1], UInt32.self),
      let owner = Self.number(fields[2], UInt32.self),
      let group = Self.number(fields[3], UInt32.self),
      let size = Self.number(fields[4], Int64.self), size >= 0,
      let modified = Self.number(fields[5], Int64.self),
      let changed = Self.number(fields[6], Int64.self),
      let inode = Self.number(fields[7], UInt64.self)
    else { return nil }
    path = TreePath(bytes: Array(fields[9]))
    digest = FileDigest(hex: fields[8])
    (self.kind, self.mode, self.owner, self.group) = (kind, mode, owner, group)
    (self.size, self.modified, self.changed, self.inode) = (size, modified, changed, inode)
    guard path.isProper, (digest == nil) == (kind == .directory) else { return nil }
  }

  private static func number<Number: FixedWidthInteger>(
    _ field: ArraySlice<UInt8>, _ type: Number.Type
  ) -> Number? {
    Number(String(decoding: field, as: UTF8.self))
  }
}
