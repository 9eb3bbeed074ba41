import LeapfrogCore

/// What a manifest says of one file or link of a platform.
struct FileRecord: Sendable {
  var path: PathSpan
  /// What the commit's tree has there.
  var mode: EntryMode
  var id: ObjectID
  /// What the file system said when that was written or verified; see `FileStatus`.
  var stamp: FileStamp
  /// Whether the build put something else there: not what the commit has, and nobody's edit.
  var isBuilt: Bool
}

/// As much of a file's status as shows that it was not touched: nobody can set the time of change.
struct FileStamp: Sendable, Equatable {
  /// Bytes.
  var size: Int64
  /// Nanoseconds since 1970.
  var changed: Int64
  var inode: UInt64

  /// Nothing is there.
  static let absent = FileStamp(size: -1, changed: 0, inode: 0)

  init(size: Int64, changed: Int64, inode: UInt64) {
    self.size = size
    self.changed = changed
    self.inode = inode
  }
}
