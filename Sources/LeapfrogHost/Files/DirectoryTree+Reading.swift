import CPosix
import Glibc
import LeapfrogCore

extension DirectoryTree {
  /// What has that path; nil when there is nothing.
  func status(_ path: TreePath) throws -> FileStatus? {
    do {
      var info = stat()
      try at(path, "look at") { fstatat($0, $1, &info, AT_SYMLINK_NOFOLLOW) }
      return FileStatus(info)
    } catch is Unsettled {
      return nil
    }
  }

  /// Bytes that a file takes on the disk; 0 where there is none.
  func allocated(_ path: TreePath) throws -> Int64 {
    var info = stat()
    do {
      try at(path, "look at") { fstatat($0, $1, &info, AT_SYMLINK_NOFOLLOW) }
    } catch is Unsettled {
      return 0
    }
    return Int64(info.st_blocks) &* 512
  }

  /// Opens a file for reading.
  ///
  /// - Throws: `Unsettled` where it is no file, `Failure` where it may be another's than the site's.
  func openFile(_ path: TreePath) throws -> Descriptor { try open(path, as: .file) }

  /// Opens a file or a directory for reading. It is found first and opened only when it is known for what it
  /// is: to open a FIFO or a device has effects.
  func open(_ path: TreePath, as kind: FileStatus.Kind) throws -> Descriptor {
    let found = Descriptor(
      adopting: try at(path, "open") { openat($0, $1, found_only | guarding.flags) })
    guard let status = FileStatus(found), status.kind == kind else {
      throw Unsettled(path: label(path))
    }
    if guarding.isOn { try owners?.verify(status, name: label(path)) }
    let number = found.number
    return Descriptor(
      adopting: try system("open", label(path)) {
        Glibc.open("/proc/self/fd/\(number)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      })
  }

  /// Where a symbolic link points.
  func target(ofLink path: TreePath) throws -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = try at(path, "read the link") {
      let count = readlinkat($0, $1, &buffer, Int(PATH_MAX))
      // It is no link any more.
      if count == -1, errno == EINVAL { errno = ENOENT }
      return count
    }
    return buffer[..<count].map(UInt8.init(bitPattern:))
  }

  /// The names in a directory, in no particular order.
  func names(in path: TreePath) throws -> [[UInt8]] {
    let number = try directory(path)
    let copy = try system("open", label(path)) { openat(number, ".", O_RDONLY | O_CLOEXEC) }
    guard let stream = fdopendir(copy) else {
      close(copy)
      throw Failure.system("list", label(path))
    }
    defer { closedir(stream) }
    return try names(of: stream, path)
  }

  private func names(of stream: OpaquePointer, _ path: TreePath) throws -> [[UInt8]] {
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != [0x2E] && name != [0x2E, 0x2E] { names.append(name) }
    }
    guard errno == 0 else { throw Failure.system("list", label(path)) }
    return names
  }
}
