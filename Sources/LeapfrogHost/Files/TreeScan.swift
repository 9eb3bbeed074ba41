import LeapfrogCore

/// What a tree held at one look.
struct TreeScan {
  /// One file, link, directory or special file.
  struct Entry {
    var path: TreePath
    var status: FileStatus
  }

  /// Sorted by path, the root first, a directory before what is in it.
  private(set) var entries: [Entry] = []

  /// Looks at everything in a tree but the paths left out.
  ///
  /// - Throws: `Unsettled` when `strict` and a directory vanishes meanwhile.
  init(_ tree: DirectoryTree, leavingOut: Set<TreePath>, strict: Bool) throws {
    var pending: [TreePath] = []
    try add(tree, .root, &pending)
    while let directory = pending.popLast() {
      do {
        for name in try tree.names(in: directory) {
          let path = directory.appending(name)
          if !leavingOut.contains(path) { try add(tree, path, &pending) }
        }
      } catch let unsettled as Unsettled {
        if strict { throw unsettled }
      }
    }
    entries.sort { $0.path < $1.path }
  }

  private mutating func add(
    _ tree: DirectoryTree, _ path: TreePath, _ pending: inout [TreePath]
  ) throws {
    guard let status = try tree.status(path) else { return }
    entries.append(Entry(path: path, status: status))
    if status.kind == .directory { pending.append(path) }
  }
}
