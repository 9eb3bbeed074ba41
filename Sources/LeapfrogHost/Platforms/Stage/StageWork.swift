import Glibc
import LeapfrogCore

/// A stage that was begun: what is still to come, and what was done.
final class StageWork {
  /// The ids of the blobs to be sent, in the order of the paths that need them first.
  private(set) var needs: [ObjectID] = []

  private let root: String
  private let layout: Layout
  private let platform: PlatformName
  private let inspection: Inspection
  private let writer: BlobWriter
  private let changes = Changes()
  private var table: SlotTable
  private var pending: [ObjectID: [Int]] = [:]
  private var written = 0
  private var removed = 0

  init(_ layout: Layout, _ platform: PlatformName, _ inspection: consuming Inspection) throws {
    root = layout.platform(platform)
    self.layout = layout
    self.platform = platform
    table = inspection.takeTable()
    self.inspection = inspection
    writer = try BlobWriter(root)
  }

  // MARK: Beginning

  /// Makes room and writes what this host has; `intent` runs before anything changes.
  func prepare(intent: (SlotTable) throws -> Void) throws {
    for index in table.slots.indices { table.slots[index].tasks = table.slots[index].plan }
    guard isAnythingToDo else { return }
    try intent(table)
    let needed = Set(table.slots.lazy.filter { $0.tasks.contains(.write) }.map(\.neededID))
    let stash = try BlobStash(layout, platform)
    try clear(stash, needed)
    if !needed.isEmpty { try writeLocal(stash, needed) }
    for index in table.slots.indices where table.slots[index].tasks.contains(.write) {
      ask(index)
    }
  }

  private var isAnythingToDo: Bool {
    table.slots.contains { !$0.tasks.isEmpty }
      || !(inspection.strays.isEmpty && inspection.outputs.isEmpty && inspection.empties.isEmpty
        && inspection.narrow.isEmpty)
  }

  private func clear(_ stash: BlobStash, _ needed: Set<ObjectID>) throws {
    let clearing = try Clearing(
      layout, platform, stash: stash, needed: needed, changes: changes)
    try clearing.clear(inspection, table)
    removed = table.slots.count { $0.wanted == nil && !$0.tasks.isEmpty }
    for index in table.slots.indices where table.slots[index].tasks.contains(.mendMode) {
      try lookAgain(index)
    }
  }

  /// A change of mode changes the stamp.
  private func lookAgain(_ index: Int) throws {
    let path = table.paths.text(table.slots[index].path)
    table.slots[index].found = FileStatus("\(root)/\(path)").map(Found.init)
  }

  private func writeLocal(_ stash: BlobStash, _ needed: Set<ObjectID>) throws {
    let local = try LocalBlobs(
      needed, layout: layout, platform: platform, table: table, stash: stash, writer: writer)
    for index in table.slots.indices where table.slots[index].tasks.contains(.write) {
      if let status = try local.write(table.slots[index], in: table) { settle(index, status) }
    }
  }

  private func ask(_ index: Int) {
    let id = table.slots[index].neededID
    if pending[id] == nil { needs.append(id) }
    pending[id, default: []].append(index)
  }

  private func settle(_ index: Int, _ status: FileStatus) {
    table.slots[index].found = Found(status)
    table.slots[index].content = .blob(table.slots[index].neededID)
    table.slots[index].tasks.remove(.write)
    changes.note(table.slots[index].path)
    written += 1
  }

  // MARK: Receiving

  /// Writes a blob to every path that waits for it.
  func receive(_ id: ObjectID, _ bytes: UnsafeRawBufferPointer) throws {
    guard let indices = pending[id] else {
      throw Failure.failed("the object \(id.short) was sent, but nobody needs it")
    }
    guard BlobHash.id(of: bytes) == id else {
      throw Failure.failed("the object \(id.short) was damaged on its way; its bytes do not match")
    }
    for index in indices {
      guard let status = try writer.write(bytes, to: table.slots[index], in: table) else {
        continue
      }
      settle(index, status)
    }
    pending[id] = nil
  }

  // MARK: Finishing

  /// Makes sure that every blob has arrived.
  func checkIsWhole() throws {
    guard let id = needs.first(where: { pending[$0] != nil }) else { return }
    throw Failure.failed(
      "\(pending.count) objects for \(platform) did not arrive, the first is \(id.short)")
  }

  /// Makes every change last.
  func sync() throws {
    try changes.sync(root, table.paths)
  }

  /// Whether files are as they should be but other than the manifest remembers them.
  var hasNewStamps: Bool { inspection.hasNewStamps }

  /// The manifest of what is there now; with the paths that the build made, when it stays built.
  func manifest(_ header: PlatformManifest.Header, outputs: [PathSpan]) throws -> PlatformManifest {
    try PlatformManifest(header: header, table: table, outputs: outputs)
  }

  /// What was done, for a reader.
  var staged: Staged {
    let total = table.slots.count { $0.wanted != nil }
    return Staged(
      platform: platform, written: written, removed: removed, kept: total - written,
      drift: inspection.drift)
  }
}

extension Slot {
  /// The id of the blob that is wanted; of nothing where nothing is.
  fileprivate var neededID: ObjectID { wanted?.id ?? .zero }
}
