import Glibc
import LeapfrogCore

/// A place for what is in the way but may be somebody's. Each user of it gets a numbered directory
/// of its own, made with the first thing it takes, in which paths are kept.
final class SetAside {
  private let path: String
  private var made: DirectoryTree?

  init(_ path: String) {
    self.path = path
  }

  /// Moves whatever has that path out of its tree; a file or link across file systems too.
  func take(_ entry: TreePath, from tree: DirectoryTree) throws {
    let aside = try place(for: entry)
    if try move(entry, from: tree, to: aside) { return }
    try aside.copy(entry, from: tree)
    try tree.remove(entry)
  }

  /// Keeps a second name of a file, or a copy where that cannot be, and leaves the file where it is.
  func keep(_ entry: TreePath, of tree: DirectoryTree) throws {
    let aside = try place(for: entry)
    if try !aside.link(entry, from: tree) { try aside.copy(entry, from: tree) }
    try aside.sync(entry.parent)
  }

  private func move(
    _ entry: TreePath, from tree: DirectoryTree, to aside: DirectoryTree
  ) throws -> Bool {
    let directory = try aside.directory(entry.parent)
    return try tree.at(entry, "set aside") { parent, name in
      let result = renameat(parent, name, directory, name)
      return result == -1 && errno == EXDEV ? 1 : result
    } == 0
  }

  private func place(for entry: TreePath) throws -> DirectoryTree {
    let tree = try made ?? makeTree()
    made = tree
    try tree.makeDirectories(entry.parent)
    return tree
  }

  private func makeTree() throws -> DirectoryTree {
    try Files.makeDirectories(path, mode: 0o700)
    var number = 1
    while Files.exists("\(path)/\(number)") { number += 1 }
    try Files.makeDirectory("\(path)/\(number)", mode: 0o700)
    return try DirectoryTree("\(path)/\(number)")
  }
}
