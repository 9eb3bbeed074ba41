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
  /// - Throws: `Unsettled` when `strict` and something vanishes meanwhile.
  init(_ tree: DirectoryTree, leavingOut: Set<TreePath>, strict: Bool) throws {
    var found: [Entry] = []
    try TreeWalk(tree, leavingOut: leavingOut, strict: strict) {
      found.append(Entry(path: TreePath(bytes: Array($0.path)), status: $0.status))
    }.run()
    entries = found
  }
}
