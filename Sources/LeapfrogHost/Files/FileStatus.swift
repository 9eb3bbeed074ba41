import Glibc
import LeapfrogCore

/// What `lstat` says of a file, as far as it is needed.
struct FileStatus: Equatable, Sendable {
  enum Kind: Sendable { case file, directory, link, other }

  var kind: Kind
  /// The permission bits, with set-id and sticky.
  var mode: mode_t
  /// Bytes.
  var size: Int64
  var inode: UInt64
  var device: UInt64
  /// Last change of contents or inode, nanoseconds since 1970. No tool can set it.
  var changed: Int64
  /// Last change of contents, nanoseconds since 1970.
  var modified: Int64
  var owner: uid_t
  var group: gid_t
  /// How many names the file has.
  var links: UInt32

  /// The file itself, a link not followed; nil when there is none.
  ///
  /// - Throws: `Failure` when it cannot be told whether there is one.
  static func look(_ path: String) throws -> FileStatus? {
    var info = stat()
    if lstat(path, &info) == 0 { return FileStatus(info) }
    guard errno == ENOENT || errno == ENOTDIR else { throw Failure.system("look at", path) }
    return nil
  }

  /// The file itself, a link not followed; nil when there is none, or where it may not be looked at.
  init?(_ path: String) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return nil }
    self.init(info)
  }

  /// What the path leads to.
  init?(following path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    self.init(info)
  }

  /// The entry of an open directory, a link not followed.
  init?(_ name: UnsafePointer<CChar>, in directory: Int32) {
    var info = stat()
    guard fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    self.init(info)
  }

  /// An open file.
  init?(_ file: borrowing Descriptor) {
    var info = stat()
    guard fstat(file.number, &info) == 0 else { return nil }
    self.init(info)
  }

  /// A descriptor of this process.
  init?(descriptor number: Int32) {
    var info = stat()
    guard fstat(number, &info) == 0 else { return nil }
    self.init(info)
  }

  init(_ info: stat) {
    kind =
      switch info.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      default: .other
      }
    mode = info.st_mode & 0o7777
    size = Int64(info.st_size)
    inode = UInt64(info.st_ino)
    device = UInt64(info.st_dev)
    changed = Self.nanoseconds(info.st_ctim)
    modified = Self.nanoseconds(info.st_mtim)
    owner = info.st_uid
    group = info.st_gid
    links = UInt32(clamping: info.st_nlink)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
