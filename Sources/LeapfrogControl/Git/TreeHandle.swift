import CLibgit2
import Glibc
import LeapfrogCore

/// One directory of a commit while it is walked; only `Repository.withTree` makes one.
struct TreeHandle {
  private let pointer: OpaquePointer
  /// How many entries it has.
  let count: Int

  fileprivate init(_ pointer: OpaquePointer) {
    self.pointer = pointer
    count = git_tree_entrycount(pointer)
  }

  /// The entry at an index; nil beyond the last.
  func entry(at index: Int) -> RawEntry? {
    guard index < count, let entry = git_tree_entry_byindex(pointer, index) else { return nil }
    guard let name = git_tree_entry_name(entry), let id = git_tree_entry_id(entry) else {
      return nil
    }
    return RawEntry(
      start: UnsafeRawPointer(name), length: strlen(name),
      mode: git_tree_entry_filemode(entry), id: id)
  }

  /// Calls `body` with every entry, in the order of the tree.
  func forEach(_ body: (RawEntry) throws -> Void) rethrows {
    for index in 0..<count {
      if let entry = entry(at: index) { try body(entry) }
    }
  }
}

extension Repository {
  /// Calls `body` with a directory, which is valid until it returns, as are its entries. Throws where
  /// the mirror does not hold it.
  func withTree<R>(
    _ id: UnsafePointer<git_oid>, _ body: (TreeHandle) throws -> R
  ) throws -> R {
    var tree: OpaquePointer?
    try check(git_tree_lookup(&tree, pointer, id), "directory \(ObjectID(id).short)")
    guard let tree else { throw Failure.failed("a directory of \(name) cannot be read") }
    defer { git_tree_free(tree) }
    return try body(TreeHandle(tree))
  }
}

/// One entry of a directory, as the library holds it.
struct RawEntry {
  fileprivate let start: UnsafeRawPointer
  fileprivate let length: Int
  let mode: git_filemode_t
  let id: UnsafePointer<git_oid>

  var name: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: length) }

  var isTree: Bool { mode == GIT_FILEMODE_TREE }

  /// The mode as a platform holds it; nil for what it cannot hold.
  var entryMode: EntryMode? {
    switch mode {
    case GIT_FILEMODE_BLOB: .file
    case GIT_FILEMODE_BLOB_EXECUTABLE: .executable
    case GIT_FILEMODE_LINK: .link
    default: nil
    }
  }

  /// Whether name and mode and contents are the same.
  func isSame(as other: RawEntry) -> Bool {
    mode == other.mode && git_oid_equal(id, other.id) != 0
  }

  /// The order of a tree, which is the order of whole paths: a directory's name ends with a slash.
  func order(to other: RawEntry) -> Int {
    let common = min(length, other.length)
    let order = memcmp(start, other.start, common)
    if order != 0 { return Int(order) }
    return Int(byte(after: common)) - Int(other.byte(after: common))
  }

  private func byte(after common: Int) -> UInt8 {
    if common < length { return name[common] }
    return isTree ? UInt8(ascii: "/") : 0
  }
}
