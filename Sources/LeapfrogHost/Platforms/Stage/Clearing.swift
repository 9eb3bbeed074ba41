import Glibc
import LeapfrogCore

/// Makes room on a platform: sets aside what may be somebody's, deletes what the build made and
/// what the tree no longer has, keeps contents that are wanted at another path.
final class Clearing {
  private let root: String
  private let chain: DirectoryChain
  private let aside: Aside
  private let stash: BlobStash
  private let needed: Set<ObjectID>
  private let changes: Changes
  private var cleared: [PathSpan] = []

  init(
    _ layout: Layout, _ platform: PlatformName, stash: BlobStash, needed: Set<ObjectID>,
    changes: Changes
  ) throws {
    root = layout.platform(platform)
    chain = try DirectoryChain(root)
    aside = Aside(layout, platform)
    self.stash = stash
    self.needed = needed
    self.changes = changes
  }

  /// Does it; afterwards every slot that is to be written is free.
  func clear(_ inspection: Inspection, _ table: SlotTable) throws {
    let paths = table.paths
    for span in inspection.narrow { try widen(span, paths) }
    for span in inspection.strays { try setAside(span, paths) }
    for span in inspection.outputs { try deleteTree(span, paths) }
    for slot in table.slots where slot.tasks.contains(.setAside) { try setAside(slot.path, paths) }
    for slot in table.slots where slot.tasks.contains(.remove) { try remove(slot, paths) }
    for slot in table.slots where slot.tasks.contains(.mendMode) { try mendMode(slot, paths) }
    cleared += inspection.empties
    for span in inspection.empties { try deleteEmpty(paths.copy(span)) }
    try deleteEmptied(paths)
    chain.forget()
  }

  private func at(
    _ span: PathSpan, _ paths: PathPool,
    _ body: (UnsafeRawBufferPointer, UnsafePointer<CChar>, Int32) throws -> Void
  ) throws {
    try paths.lend(span) { path in
      guard let directory = try chain.directory(of: path), let name = path.lastPart else { return }
      changes.note(span)
      try body(path, name, directory)
    }
  }

  private func widen(_ span: PathSpan, _ paths: PathPool) throws {
    try at(span, paths) { path, name, directory in
      let child = try OpenDirectory(name, in: directory, path: "\(root)/\(path.text)")
      try system("set the mode of", "\(root)/\(path.text)") { fchmod(child.number, 0o755) }
    }
  }

  private func setAside(_ span: PathSpan, _ paths: PathPool) throws {
    cleared.append(span)
    try at(span, paths) { path, _, directory in
      try Failpoint.around("stage.aside") { try aside.move(path, from: directory) }
    }
  }

  private func deleteTree(_ span: PathSpan, _ paths: PathPool) throws {
    cleared.append(span)
    try at(span, paths) { _, name, directory in
      try Failpoint.around("stage.remove") {
        try TreeRemoval.remove(name, in: directory, path: root)
      }
    }
  }

  private func remove(_ slot: Slot, _ paths: PathPool) throws {
    cleared.append(slot.path)
    try at(slot.path, paths) { path, name, directory in
      try Failpoint.around("stage.remove") {
        if case .blob(let id) = slot.content, needed.contains(id), !stash.contains(id) {
          return try stash.take(name, in: directory, id)
        }
        try TreeRemoval.remove(name, in: directory, path: root)
      }
    }
  }

  private func mendMode(_ slot: Slot, _ paths: PathPool) throws {
    guard let mode = slot.wanted?.mode, mode != .link else { return }
    try at(slot.path, paths) { path, name, directory in
      try system("set the mode of", "\(root)/\(path.text)") {
        fchmodat(directory, name, mode_t(mode.rawValue), AT_SYMLINK_NOFOLLOW)
      }
    }
  }

  // MARK: Directories that are empty now

  private func deleteEmptied(_ paths: PathPool) throws {
    var last: [UInt8] = []
    for span in cleared.reversed() {
      let directory = paths.lend(span) { Array($0.directory) }
      if directory.isEmpty || directory == last { continue }
      try deleteEmpty(directory)
      last = directory
    }
  }

  /// Deletes a directory and those above it as long as they are empty.
  private func deleteEmpty(_ path: [UInt8]) throws {
    var rest = path[...]
    while !rest.isEmpty, try deleteIfEmpty(Array(rest) + [0]) {
      rest = rest[..<(rest.lastIndex(of: UInt8(ascii: "/")) ?? 0)]
    }
  }

  private func deleteIfEmpty(_ terminated: [UInt8]) throws -> Bool {
    try terminated.withUnsafeBytes { buffer in
      let path = UnsafeRawBufferPointer(rebasing: buffer.dropLast())
      guard let directory = try chain.directory(of: path), let name = path.lastPart else {
        return true
      }
      if unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT { return true }
      guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR else {
        throw Failure.system("remove", "\(root)/\(path.text)")
      }
      return false
    }
  }
}
