import Glibc
import LeapfrogCore

extension DirectoryTree {
  /// Gives a file of another tree a second name here; false where the file systems do not allow it.
  func link(_ path: TreePath, from other: DirectoryTree) throws -> Bool {
    let source = try other.directory(path.parent)
    return try at(path, "link") { directory, name in
      let result = linkat(source, name, directory, name, 0)
      let code = errno
      return result == -1 && [EXDEV, EPERM, EMLINK, ENOTSUP].contains(code) ? 1 : result
    } == 0
  }

  /// Gives a file of this tree a second name; false where the file system does not allow it.
  func link(_ path: TreePath, to old: TreePath) throws -> Bool {
    let directory = try directory(old.parent)
    let source = try Descriptor(
      adopting: system("open", label(old.parent)) { fcntl(directory, F_DUPFD_CLOEXEC, 0) })
    let number = source.number
    return try at(path, "link") { directory, name in
      let result = Self.withCString(old.name) { linkat(number, $0, directory, name, 0) }
      return result == -1 && [EXDEV, EPERM, EMLINK, ENOTSUP].contains(errno) ? 1 : result
    } == 0
  }

  /// Copies a file or link of another tree with its attributes, and makes the contents last.
  func copy(_ path: TreePath, from other: DirectoryTree) throws {
    switch try other.status(path)?.kind {
    case .file: try copyFile(path, from: other)
    case .link: try makeLink(path, target: other.target(ofLink: path))
    case .directory, .other:
      throw Failure.failed("\(other.label(path)) is on another file system and no file")
    case nil: throw Unsettled(path: other.label(path))
    }
  }

  private func copyFile(_ path: TreePath, from other: DirectoryTree) throws {
    let source = try other.openFile(path)
    let status = FileStatus(source)
    let target = try makeFile(path)
    let name = label(path)
    _ = try FileContents.copy(
      source, name: other.label(path), to: target, named: name, tellingHoles: true)
    var attributes = status?.attributes
    attributes?.extended = try ExtendedAttribute.all(of: source.number, name: other.label(path))
    try attributes?.apply(to: target, name: name)
    let number = target.number
    try system("sync", name) { fsync(number) }
  }
}
