import CPosix
import Glibc
import LeapfrogCore

/// A directory that is found by its path although others own directories on the way: no symbolic link is
/// followed that somebody else than root and this account could have made, or put where it is.
enum TrustedPath {
  /// More links than these lead in a circle.
  private static let manyLinks = 40

  /// Opens a directory.
  ///
  /// - Throws: `Failure` naming the path, and the link that cannot be trusted.
  static func open(_ path: String) throws -> Descriptor {
    var names = parts(of: Array(path.utf8))
    var current = try Descriptor(opening: path.hasPrefix("/") ? "/" : ".", found_only | O_DIRECTORY)
    var links = 0
    while let name = names.popLast() {
      let next = try find(name, in: current, path)
      guard FileStatus(next)?.kind == .link else {
        current = next
        continue
      }
      links += 1
      guard links <= manyLinks else { throw Failure.system("open", path, errno: ELOOP) }
      try verify(next, in: current, name, path)
      let target = try target(of: next, path)
      if target.first == slash { current = try Descriptor(opening: "/", found_only | O_DIRECTORY) }
      names += parts(of: target)
    }
    let number = current.number
    return Descriptor(
      adopting: try system("open", path) { openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    )
  }

  private static let slash = UInt8(ascii: "/")

  /// The names of a path, the last one first.
  private static func parts(of path: [UInt8]) -> [ArraySlice<UInt8>] {
    path.split(separator: slash).reversed()
  }

  private static func find(
    _ name: ArraySlice<UInt8>, in directory: borrowing Descriptor, _ path: String
  ) throws -> Descriptor {
    let parent = directory.number
    return Descriptor(
      adopting: try system("open", path) {
        DirectoryTree.withCString(name) {
          openat(parent, $0, found_only | O_NOFOLLOW | O_CLOEXEC)
        }
      })
  }

  /// Without root's rights a link leads to nothing that its maker could not be given anyway.
  private static func verify(
    _ link: borrowing Descriptor, in directory: borrowing Descriptor, _ name: ArraySlice<UInt8>,
    _ path: String
  ) throws {
    guard geteuid() == 0 else { return }
    guard let link = FileStatus(link), let directory = FileStatus(directory) else { return }
    let isKept = directory.mode & 0o022 == 0 || directory.mode & 0o1000 != 0
    guard link.owner == 0, directory.owner == 0, isKept else {
      throw Failure.refused(
        "\(path) leads over the symbolic link \(TreePath(bytes: Array(name))), which others than root can "
          + "change; put the directory itself there, or a mount of it")
    }
  }

  private static func target(of link: borrowing Descriptor, _ path: String) throws -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let number = link.number
    let count = try system("open", path) { readlinkat(number, "", &buffer, Int(PATH_MAX)) }
    return buffer[..<count].map(UInt8.init(bitPattern:))
  }
}
