import CLibgit2
import LeapfrogCore

/// Collects the files of a commit, and refuses what a platform must not hold.
struct TreeWalk {
  let repository: Repository
  /// The most files there may be.
  private let most: Int
  /// What was found so far, in the order of whole paths.
  private(set) var entries: [TreeEntry] = []
  private var rules = NameRules()
  private var path: [UInt8] = []

  /// More files than two million no platform has; but a small commit can name the same directory
  /// over and over.
  init(_ repository: Repository, most: Int = 2_000_000) {
    self.repository = repository
    self.most = most
    path.reserveCapacity(512)
  }

  /// Adds everything below a directory.
  mutating func addTree(_ id: UnsafePointer<git_oid>) throws {
    try repository.withTree(id) { tree in
      try check(tree)
      try tree.forEach { try add($0) }
    }
  }

  /// Adds one entry of the directory that the walk is in, and what is below it.
  mutating func add(_ entry: RawEntry) throws {
    if entry.isTree {
      try enter(entry) { walk in try walk.addTree(entry.id) }
    } else {
      try addLeaf(entry)
    }
  }

  /// Takes note that an entry of the directory is gone, with what is below it.
  mutating func remove(_ entry: RawEntry) throws {
    if entry.isTree {
      try enter(entry) { walk in
        try walk.repository.withTree(entry.id) { tree in
          try tree.forEach { try walk.remove($0) }
        }
      }
    } else if entry.entryMode != nil {
      try append(entry.name, nil, entry.id)
    }
  }

  /// Checks the names of a directory the walk is in.
  mutating func check(_ tree: TreeHandle) throws {
    do {
      try rules.check(tree)
    } catch let fault as PathFault {
      throw fault.below(path)
    }
  }

  /// Calls `body` with the walk in a directory below.
  mutating func enter(_ entry: RawEntry, _ body: (inout TreeWalk) throws -> Void) throws {
    let length = path.count
    path.append(contentsOf: entry.name)
    path.append(UInt8(ascii: "/"))
    // Also the bound of the recursion.
    guard path.count <= 4000 else { throw PathFault(path, "is longer than 4000 bytes") }
    try body(&self)
    path.removeLast(path.count - length)
  }

  private mutating func addLeaf(_ entry: RawEntry) throws {
    guard let mode = entry.entryMode else {
      let isCommit = entry.mode == GIT_FILEMODE_COMMIT
      throw PathFault(
        path + entry.name,
        isCommit ? "is a submodule, and submodules are not supported" : "has an unknown mode")
    }
    try append(entry.name, mode, entry.id)
  }

  private mutating func append(
    _ name: UnsafeRawBufferPointer, _ mode: EntryMode?, _ id: UnsafePointer<git_oid>
  ) throws {
    let length = path.count
    path.append(contentsOf: name)
    guard path.count <= 4000 else { throw PathFault(path, "is longer than 4000 bytes") }
    guard entries.count < most else {
      throw PathFault(path, "is one of more than \(most) files")
    }
    let text = String(decoding: path, as: UTF8.self)
    entries.append(TreeEntry(path: text, mode: mode, id: ObjectID(id)))
    path.removeLast(path.count - length)
  }
}
