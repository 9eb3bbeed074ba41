import Glibc
import LeapfrogCore

/// The blobs that need not be sent, because a file of this platform or of the other one holds them.
/// Nothing is taken on trust: each is hashed while it is copied.
final class LocalBlobs {
  private enum Place {
    case stash
    case own(PathSpan)
    case other(PathSpan)
  }

  private let stash: BlobStash
  private let writer: BlobWriter
  private let own: DirectoryChain
  private let other: DirectoryChain?
  private let otherPaths: PathPool
  private var places: [ObjectID: Place] = [:]
  private var reader = BlobReader()

  /// Finds the places of the ids that are needed.
  init(
    _ needed: Set<ObjectID>, layout: Layout, platform: PlatformName, table: SlotTable,
    stash: BlobStash, writer: BlobWriter
  ) throws {
    self.stash = stash
    self.writer = writer
    own = try DirectoryChain(layout.platform(platform))
    let manifest = try Self.otherManifest(layout, platform.other)
    other = try manifest == nil ? nil : DirectoryChain(layout.platform(platform.other))
    otherPaths = manifest?.paths ?? PathPool()
    for file in manifest?.files ?? [] where !file.isBuilt && needed.contains(file.id) {
      places[file.id] = .other(file.path)
    }
    for slot in table.slots where slot.tasks.isDisjoint(with: [.remove, .setAside, .write]) {
      if case .blob(let id) = slot.content, needed.contains(id) { places[id] = .own(slot.path) }
    }
    for id in needed where stash.contains(id) { places[id] = .stash }
  }

  /// The other platform serves sites; whatever is wrong with its manifest, this stage goes on.
  private static func otherManifest(_ layout: Layout, _ platform: PlatformName) throws
    -> PlatformManifest?
  {
    guard FileStatus(layout.platform(platform))?.kind == .directory,
      case .complete(let manifest)? = try? ManifestStore(layout: layout, platform: platform).load()
    else { return nil }
    return manifest
  }

  /// Writes a slot from a place that holds its blob; nil when there is none that does.
  func write(_ slot: Slot, in table: SlotTable) throws -> FileStatus? {
    guard let wanted = slot.wanted, let place = places[wanted.id] else { return nil }
    let status = try open(place, wanted.id, table) { name, directory in
      try copy(name, directory, to: slot, wanted, in: table)
    }
    if status == nil { places[wanted.id] = nil }
    return status
  }

  private func open(
    _ place: Place, _ id: ObjectID, _ table: SlotTable,
    _ body: (UnsafePointer<CChar>, Int32) throws -> FileStatus?
  ) throws -> FileStatus? {
    switch place {
    case .stash: try body(id.hex, stash.number)
    case .own(let span): try table.paths.lend(span) { try open($0, own, body) }
    case .other(let span): try otherPaths.lend(span) { try open($0, other, body) }
    }
  }

  private func open(
    _ path: UnsafeRawBufferPointer, _ chain: DirectoryChain?,
    _ body: (UnsafePointer<CChar>, Int32) throws -> FileStatus?
  ) throws -> FileStatus? {
    guard let directory = try chain?.directory(of: path), let name = path.lastPart else {
      return nil
    }
    return try body(name, directory)
  }

  private func copy(
    _ name: UnsafePointer<CChar>, _ directory: Int32, to slot: Slot, _ wanted: Slot.Wanted,
    in table: SlotTable
  ) throws -> FileStatus? {
    let isLink = FileStatus(name, in: directory)?.kind == .link
    guard isLink || wanted.mode == .link else {
      return try writer.write(to: slot, in: table) { number in
        try reader.read(name, in: directory) {
          try Files.writeAll($0, to: number, path: table.paths.text(slot.path))
        } == wanted.id
      }
    }
    return try reader.shortContents(name, in: directory)?.withUnsafeBytes { bytes in
      guard BlobHash.id(of: bytes) == wanted.id else { return nil }
      return try writer.write(bytes, to: slot, in: table)
    }
  }
}
