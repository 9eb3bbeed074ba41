import Glibc
import LeapfrogCore

/// As much of a file's status as a stage needs.
struct Found: Sendable {
  var stamp: FileStamp
  var permissions: mode_t
  var kind: FileStatus.Kind

  init(_ status: FileStatus) {
    stamp = FileStamp(size: status.size, changed: status.changed, inode: status.inode)
    permissions = status.mode
    kind = status.kind
  }

  /// The tree's mode for a file or link; nil for anything else.
  var mode: EntryMode? {
    switch kind {
    case .file: permissions & 0o100 != 0 ? .executable : .file
    case .link: .link
    case .directory, .other: nil
    }
  }

  /// Whether the permission bits are exactly those of the mode; a link has none.
  func permits(_ wanted: EntryMode) -> Bool {
    kind == .link ? wanted == .link : permissions == mode_t(wanted.rawValue)
  }
}
