import LeapfrogCore

extension PlatformManifest {
  /// What a table's slots hold now, with the topmost paths that a build made.
  init(header: Header, table: SlotTable, outputs: [PathSpan] = []) throws {
    self.init(header: header)
    paths.reserve(table.paths.bytes.count)
    files.reserveCapacity(table.slots.count)
    for slot in table.slots {
      guard let wanted = slot.wanted else { continue }
      let path = try copy(slot.path, from: table)
      files.append(
        FileRecord(
          path: path, mode: wanted.mode, id: wanted.id, stamp: slot.found?.stamp ?? .absent,
          isBuilt: !slot.holdsWanted))
    }
    self.outputs = try outputs.map { try copy($0, from: table) }
  }

  /// What is still to be written to a table's slots.
  init(intent header: Header, table: SlotTable) throws {
    self.init(header: header)
    for slot in table.slots where slot.tasks.contains(.write) {
      guard let wanted = slot.wanted else { continue }
      files.append(
        FileRecord(
          path: try copy(slot.path, from: table), mode: wanted.mode, id: wanted.id,
          stamp: .absent, isBuilt: false))
    }
  }

  /// Adds those files of another manifest that this one does not have with the same contents.
  mutating func append(_ other: PlatformManifest) throws {
    var known = Set(files.map { paths.copy($0.path) + $0.id.bytes })
    for var file in other.files {
      let path = other.paths.copy(file.path)
      guard known.insert(path + file.id.bytes).inserted else { continue }
      file.path = try paths.append(path)
      files.append(file)
    }
  }

  /// Gives the file of a path another stamp, where it has the one that is meant.
  mutating func restamp(_ path: UnsafeRawBufferPointer, from old: FileStamp, to new: FileStamp) {
    var (low, high) = (0, files.count)
    while low < high {
      let middle = (low + high) / 2
      if paths.order(files[middle].path, path) < 0 { low = middle + 1 } else { high = middle }
    }
    guard low < files.count, paths.order(files[low].path, path) == 0, files[low].stamp == old else {
      return
    }
    files[low].stamp = new
  }

  private mutating func copy(_ span: PathSpan, from table: SlotTable) throws -> PathSpan {
    try table.paths.lend(span) { try paths.append($0) }
  }
}

extension Slot {
  /// Whether exactly what is wanted is there.
  var holdsWanted: Bool {
    guard let wanted else { return false }
    return content == .blob(wanted.id) && found?.mode == wanted.mode
  }
}
