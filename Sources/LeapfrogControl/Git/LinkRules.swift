import CLibgit2
import LeapfrogCore

/// The rule for symbolic links: each stays in the tree, whatever other links it goes through.
///
/// A link that first goes up and then down, never above the root, ends in the tree or at another
/// link, of which the same is true. One that goes up after it went down does so only from real
/// directories, because after a link "up" is somewhere else than the path says.
struct LinkRules {
  /// The longest target that Linux takes.
  private static let longest = 4095

  private let repository: Repository
  private let root: git_oid

  init(_ repository: Repository, root: git_oid) {
    self.repository = repository
    self.root = root
  }

  /// Throws a `PathFault` for the first link that leads out of the tree.
  func check(_ entries: [TreeEntry]) throws {
    for entry in entries where entry.mode == .link {
      let target = try repository.withBlob(entry.id) { Array($0.prefix(Self.longest + 1)) }
      if let fault = try fault(of: target, at: Array(entry.path.utf8)) {
        throw PathFault(Array(entry.path.utf8), fault)
      }
    }
  }

  private func fault(of target: [UInt8], at path: [UInt8]) throws -> String? {
    let shown = GitText.shown(target.prefix(200))
    if target.isEmpty || target.contains(0) { return "is a link to nothing" }
    if target.count > Self.longest { return "is a link longer than \(Self.longest) bytes" }
    if target.first == Self.slash { return "is a link to the absolute path '\(shown)'" }
    return staysInside(target, from: path) ? nil : "is a link out of the tree, to '\(shown)'"
  }

  private func staysInside(_ target: [UInt8], from path: [UInt8]) -> Bool {
    var place = path.split(separator: Self.slash).dropLast().map(Array.init)
    var hasGoneDown = false
    for part in target.split(separator: Self.slash) where !part.elementsEqual(".".utf8) {
      guard part.elementsEqual("..".utf8) else {
        place.append(Array(part))
        hasGoneDown = true
        continue
      }
      if place.isEmpty || (hasGoneDown && !isDirectory(place)) { return false }
      place.removeLast()
    }
    return true
  }

  private func isDirectory(_ place: [[UInt8]]) -> Bool {
    var (root, tree, entry): (git_oid, OpaquePointer?, OpaquePointer?) = (root, nil, nil)
    guard git_tree_lookup(&tree, repository.pointer, &root) == 0 else { return false }
    defer { git_tree_free(tree) }
    let path = place.joined(separator: [Self.slash]).map { CChar(bitPattern: $0) } + [0]
    guard git_tree_entry_bypath(&entry, tree, path) == 0 else { return false }
    defer { git_tree_entry_free(entry) }
    return git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE
  }

  private static let slash = UInt8(ascii: "/")
}
