import Glibc
import LeapfrogCore

/// Deletes files and whole directories; no link is followed.
enum TreeRemoval {
  /// Deletes what has that name in the directory of that path; nothing there is fine.
  static func remove(_ name: String, in path: String) throws {
    let directory = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try remove(name, in: directory.number, path: path)
  }

  /// Deletes what has that name in an open directory, whose path is for the error.
  static func remove(_ name: UnsafePointer<CChar>, in parent: Int32, path: String) throws {
    if unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
    let code = errno
    guard FileStatus(name, in: parent)?.kind == .directory else {
      throw Failure.system("remove", full(path, name), errno: code)
    }
    try empty(name, in: parent, path: full(path, name))
    let result = unlinkat(parent, name, AT_REMOVEDIR)
    guard result == 0 || errno == ENOENT else {
      throw Failure.system("remove", full(path, name))
    }
  }

  private static func empty(_ name: UnsafePointer<CChar>, in parent: Int32, path: String) throws {
    let directory = try OpenDirectory(name, in: parent, path: path)
    // Package managers write directories that even their owner may not change; an attempt to open
    // them up may fail where it is not needed, and then the removal itself says why.
    _ = fchmod(directory.number, 0o700)
    let listing = try directory.list()
    for item in listing.items {
      try listing.lend(item) { name in
        guard let text = name.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
        try remove(text, in: directory.number, path: path)
      }
    }
  }

  private static func full(_ path: String, _ name: UnsafePointer<CChar>) -> String {
    "\(path)/\(String(cString: name))"
  }
}
