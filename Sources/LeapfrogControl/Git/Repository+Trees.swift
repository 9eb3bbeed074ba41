import CLibgit2
import LeapfrogCore

extension Repository {
  /// All files and links of a commit, sorted by the bytes of their paths.
  ///
  /// Throws a `Failure` of kind refused, which names the path, for anything that a platform must not
  /// hold: names that leave their directory, pass for git's own or collide, submodules, links that
  /// lead out of the tree.
  public func tree(of commit: ObjectID) throws -> [TreeEntry] {
    try explaining(commit) {
      var root = try rootTree(of: commit)
      var walk = TreeWalk(self)
      try walk.addTree(&root)
      try LinkRules(self, root: root).check(walk.entries)
      return walk.entries
    }
  }

  /// What the commit `to` has that `from` has not, and the paths that it has no more (with no mode),
  /// sorted by the bytes of their paths. Throws as `tree(of:)` does, for what is new.
  public func difference(from: ObjectID, to: ObjectID) throws -> [TreeEntry] {
    try explaining(to) {
      var (old, new) = (try rootTree(of: from), try rootTree(of: to))
      var walk = TreeWalk(self)
      try walk.addDifference(from: &old, to: &new)
      try checkLinks(of: walk.entries, below: new)
      return walk.entries
    }
  }

  /// A new link can turn one that was harmless into a way out, so then all of them are looked at.
  private func checkLinks(of entries: [TreeEntry], below root: git_oid) throws {
    guard entries.contains(where: { $0.mode == .link }) else { return }
    var root = root
    var walk = TreeWalk(self)
    try walk.addTree(&root)
    try LinkRules(self, root: root).check(walk.entries)
  }

  private func explaining<R>(_ commit: ObjectID, _ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let fault as PathFault {
      throw fault.failure(of: commit, in: name)
    }
  }

  func rootTree(of commit: ObjectID) throws -> git_oid {
    try require(commit)
    var id = commit.git
    var found: OpaquePointer?
    try check(git_commit_lookup(&found, pointer, &id), "commit \(commit.short)")
    defer { git_commit_free(found) }
    guard let tree = git_commit_tree_id(found) else {
      throw Failure.failed("commit \(commit.short) of \(name) has no tree")
    }
    return tree.pointee
  }
}
