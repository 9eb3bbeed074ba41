import LeapfrogCore

/// The paths of a manifest and of a tree in one list, in the order of their bytes.
struct SlotTable: Sendable {
  private(set) var paths: PathPool
  var slots: [Slot] = []

  /// The manifest alone, besides paths that are not to be judged.
  init(_ manifest: PlatformManifest, ignoring ignored: [String] = []) throws {
    paths = manifest.paths
    let entries = Set(ignored.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
      .map { TreeEntry(path: String(decoding: $0, as: UTF8.self), mode: nil, id: .zero) }
    try merge(manifest.files, entries, keeping: true)
    for index in slots.indices where slots[index].wanted == nil { slots[index].old = nil }
  }

  /// A whole tree over what is known to be there.
  init(_ holding: ManifestStore.Holding, tree entries: [TreeEntry]) throws {
    let manifest = holding.manifest
    paths = manifest?.paths ?? PathPool()
    try merge(manifest?.files ?? [], Self.withBegun(holding, entries), keeping: false)
  }

  /// The entries, and as paths that are gone those that only an interrupted stage was to write.
  private static func withBegun(_ holding: ManifestStore.Holding, _ entries: [TreeEntry])
    -> [TreeEntry]
  {
    guard case .interrupted(let begun, _) = holding, !begun.files.isEmpty else { return entries }
    let wanted = Set(entries.lazy.map { Array($0.path.utf8) })
    let others = Set(begun.files.lazy.map { begun.paths.copy($0.path) }).subtracting(wanted)
      .map { TreeEntry(path: String(decoding: $0, as: UTF8.self), mode: nil, id: .zero) }
    return (entries + others).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// A difference to what the manifest says; nil when it does not fit.
  init?(_ manifest: PlatformManifest, difference entries: [TreeEntry]) throws {
    paths = manifest.paths
    try merge(manifest.files, entries, keeping: true)
    guard fits(entries), isTree else { return nil }
  }

  /// No paths at all.
  init() {
    paths = PathPool()
  }

  /// Adds a path that is neither in the manifest nor in a tree.
  mutating func append(_ path: [UInt8]) throws -> PathSpan {
    try paths.append(path)
  }

  /// Adds such paths.
  mutating func append(_ paths: [[UInt8]]) throws -> [PathSpan] {
    try paths.map { try append($0) }
  }

  /// The slot of exactly that path.
  func index(of path: UnsafeRawBufferPointer) -> Int? {
    let index = firstIndex(notBefore: path)
    guard index < slots.count, paths.order(slots[index].path, path) == 0 else { return nil }
    return index
  }

  private func firstIndex(notBefore path: UnsafeRawBufferPointer) -> Int {
    var low = 0
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if paths.order(slots[middle].path, path) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Merging

  private mutating func merge(
    _ files: [FileRecord], _ entries: [TreeEntry], keeping: Bool
  ) throws {
    slots.reserveCapacity(max(files.count, entries.count))
    var rest = files[...]
    for entry in entries {
      var path = entry.path
      let order = path.withUTF8 { takeFiles(before: UnsafeRawBufferPointer($0), &rest, keeping) }
      try append(entry, over: order == 0 ? rest.popFirst() : nil)
    }
    slots.append(contentsOf: rest.map { Self.slot($0, keeping) })
  }

  /// Takes the files before a path, and says how the next one compares with it.
  private mutating func takeFiles(
    before path: UnsafeRawBufferPointer, _ rest: inout ArraySlice<FileRecord>, _ keeping: Bool
  ) -> Int? {
    while let file = rest.first {
      let order = paths.order(file.path, path)
      guard order < 0 else { return order }
      slots.append(Self.slot(file, keeping))
      rest.removeFirst()
    }
    return nil
  }

  private static func slot(_ file: FileRecord, _ keeping: Bool) -> Slot {
    let wanted = keeping ? Slot.Wanted(mode: file.mode, id: file.id) : nil
    return Slot(path: file.path, old: file, wanted: wanted)
  }

  private mutating func append(_ entry: TreeEntry, over old: FileRecord?) throws {
    let path = try old?.path ?? paths.append(entry.path.utf8)
    let wanted = entry.mode.map { Slot.Wanted(mode: $0, id: entry.id) }
    slots.append(Slot(path: path, old: old, wanted: wanted))
  }

  // MARK: Whether a difference fits

  /// Whether every path that it removes was there.
  private func fits(_ entries: [TreeEntry]) -> Bool {
    !slots.contains(where: \.isNobodys)
  }

  private var isTree: Bool {
    paths.bytes.withUnsafeBytes { buffer in
      var shape = TreeShape()
      return slots.allSatisfy { slot in
        guard slot.wanted != nil else { return true }
        let start = Int(slot.path.offset)
        let end = start + Int(slot.path.length)
        let path = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
        return shape.fault(inNext: path, isFile: true) == nil
      }
    }
  }
}
