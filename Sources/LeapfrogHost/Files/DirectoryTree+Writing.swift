import Glibc
import LeapfrogCore

extension DirectoryTree {
  /// Makes a file that is not there yet and opens it for reading and writing.
  func makeFile(_ path: TreePath, mode: mode_t = 0o600) throws -> Descriptor {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    return Descriptor(adopting: try at(path, "make") { openat($0, $1, flags, mode) })
  }

  /// Makes a directory; one that is there already is left as it is.
  func makeDirectory(_ path: TreePath, mode: mode_t = 0o700) throws {
    if path.isRoot { return }
    if try status(path)?.kind == .directory { return }
    try at(path, "make the directory") { mkdirat($0, $1, mode) }
  }

  /// Makes a directory and those above it that are missing.
  func makeDirectories(_ path: TreePath, mode: mode_t = 0o700) throws {
    var made = TreePath.root
    for name in path.names {
      made = made.appending(name)
      try makeDirectory(made, mode: mode)
    }
  }

  /// Makes a symbolic link.
  func makeLink(_ path: TreePath, target: [UInt8]) throws {
    try at(path, "make the link") { directory, name in
      Self.withCString(target[...]) { symlinkat($0, directory, name) }
    }
  }

  /// Renames within one directory, over what may have the new name.
  func rename(_ path: TreePath, to other: TreePath) throws {
    try at(path, "rename") { directory, name in
      Self.withCString(other.name) { renameat(directory, name, directory, $0) }
    }
  }

  /// Removes a file or link; nothing there is fine.
  func remove(_ path: TreePath) throws {
    do { try at(path, "remove") { unlinkat($0, $1, 0) } } catch is Unsettled {}
  }

  /// Removes a directory where it is empty, and says whether it is gone.
  func removeEmptyDirectory(_ path: TreePath) throws -> Bool {
    do {
      return try at(path, "remove") { directory, name in
        let result = unlinkat(directory, name, AT_REMOVEDIR)
        return result == -1 && [ENOTEMPTY, EEXIST, EBUSY].contains(errno) ? 1 : result
      } == 0
    } catch is Unsettled {
      return true
    }
  }

  /// Removes whatever has that path, a directory with all that is in it; nothing there is fine.
  func removeAll(_ path: TreePath) throws {
    guard let found = try status(path) else { return }
    guard found.kind == .directory else { return try remove(path) }
    for directory in try emptied(path).reversed() { _ = try removeEmptyDirectory(directory) }
  }

  /// Removes every file below a directory; the directories that are left, outermost first.
  private func emptied(_ path: TreePath) throws -> [TreePath] {
    var directories = [path]
    var next = 0
    while next < directories.count {
      let directory = directories[next]
      next += 1
      for name in try names(in: directory) {
        let entry = directory.appending(name)
        if try status(entry)?.kind == .directory {
          directories.append(entry)
        } else {
          try remove(entry)
        }
      }
    }
    return directories
  }

  /// Fsyncs a directory, so that the names in it last.
  func sync(_ path: TreePath) throws {
    let number = try directory(path)
    try system("sync", label(path)) { fsync(number) }
  }
}
