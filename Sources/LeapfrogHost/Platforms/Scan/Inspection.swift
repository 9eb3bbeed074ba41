import Glibc
import LeapfrogCore

/// What a platform holds, held against its manifest and the tree that is wanted.
struct Inspection {
  private(set) var table: SlotTable
  private(set) var drift = Drift()
  /// Topmost paths that are neither the tree's nor the build's, to be set aside.
  private(set) var strays: [PathSpan] = []
  /// Topmost paths that the build made.
  private(set) var outputs: [PathSpan] = []
  /// Empty directories that the tree does not need.
  private(set) var empties: [PathSpan] = []
  /// Directories of the tree that not everybody may enter.
  private(set) var narrow: [PathSpan]
  /// Whether a file that is as it should be has another stamp than the manifest says.
  private(set) var hasNewStamps = false

  private let knowledge: Knowledge
  private var reader = BlobReader()
  private let chain: DirectoryChain

  /// Looks at the platform of that path.
  ///
  /// - Throws: `Failure` when a directory cannot be read.
  init(_ root: String, _ table: SlotTable, _ knowledge: Knowledge) throws {
    chain = try DirectoryChain(root)
    self.knowledge = knowledge
    self.table = table
    let walk = try Walk.all(of: root, table)
    narrow = try self.table.append(walk.narrow)
    for index in table.slots.indices { self.table.slots[index].found = walk.found[index] }
    for unexpected in walk.unexpected { try sort(unexpected) }
    for index in self.table.slots.indices { try inspect(index) }
    drift.sort()
  }

  /// Gives the table away, which is large.
  mutating func takeTable() -> SlotTable {
    let table = self.table
    self.table = SlotTable()
    return table
  }

  /// Whether everything is as the manifest says, and the tree wants nothing else.
  var isAsRecorded: Bool {
    drift.isEmpty && narrow.isEmpty
      && table.slots.allSatisfy { $0.isUnchanged && !$0.plan.contains(.mendMode) }
  }

  // MARK: Unexpected paths

  private mutating func sort(_ unexpected: Walk.Unexpected) throws {
    let path = try table.append(unexpected.path)
    if knowledge.outputs.cover(path, in: table.paths) { return outputs.append(path) }
    if unexpected.isEmpty { return empties.append(path) }
    strays.append(path)
    if let index = table.paths.lend(path, table.index), table.slots[index].old != nil {
      table.slots[index].content = .directory
      drift.modified.append(table.paths.text(path))
    } else {
      drift.strays.append(table.paths.text(path))
    }
  }

  // MARK: Slots

  private mutating func inspect(_ index: Int) throws {
    let slot = table.slots[index]
    if slot.isNobodys, knowledge.isComplete { return }
    guard let found = slot.found else { return noteMissing(slot) }
    if let content = recorded(slot) {
      table.slots[index].content = content
      return
    }
    let id = try readID(slot, found)
    table.slots[index].content = content(slot, id)
    judge(slot, id, found)
  }

  /// What the manifest knows without reading, because nobody touched the file since.
  private func recorded(_ slot: Slot) -> Slot.Content? {
    guard let old = slot.old, old.stamp == slot.found?.stamp else { return nil }
    if old.isBuilt { return .output }
    return knowledge.trustsStamps && slot.found?.mode == old.mode ? .blob(old.id) : nil
  }

  private mutating func readID(_ slot: Slot, _ found: Found) throws -> ObjectID? {
    try table.paths.lend(slot.path) { path in
      guard let directory = try chain.directory(of: path), let name = path.lastPart else {
        return nil
      }
      return reader.id(of: name, in: directory, kind: found.kind)
    }
  }

  private func content(_ slot: Slot, _ id: ObjectID?) -> Slot.Content {
    if let id, id == slot.old?.id || id == slot.wanted?.id { return .blob(id) }
    if let id, knowledge.begun.contains(id) { return .output }
    if slot.old == nil, knowledge.outputs.cover(slot.path, in: table.paths) { return .output }
    // What a write that was interrupted left behind is nobody's work.
    return !knowledge.isComplete && slot.found?.stamp.size == 0 ? .output : .foreign
  }

  private mutating func judge(_ slot: Slot, _ id: ObjectID?, _ found: Found) {
    if let old = slot.old {
      let isIntact = id == old.id && found.mode == old.mode
      if isIntact, old.stamp != found.stamp { hasNewStamps = true }
      if !isIntact, knowledge.isComplete || isForeign(slot, id) { noteModified(slot) }
    } else if isForeign(slot, id), knowledge.reportsNewPaths {
      drift.strays.append(table.paths.text(slot.path))
    }
  }

  private func isForeign(_ slot: Slot, _ id: ObjectID?) -> Bool { content(slot, id) == .foreign }

  private mutating func noteModified(_ slot: Slot) {
    drift.modified.append(table.paths.text(slot.path))
  }

  private mutating func noteMissing(_ slot: Slot) {
    guard let old = slot.old, knowledge.isComplete, slot.content != .directory else { return }
    if old.isBuilt, old.stamp == .absent { return }
    drift.missing.append(table.paths.text(slot.path))
  }
}

extension Drift {
  fileprivate mutating func sort() {
    modified.sort()
    strays.sort()
  }
}
