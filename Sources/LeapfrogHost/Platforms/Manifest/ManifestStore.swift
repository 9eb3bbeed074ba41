import Glibc
import LeapfrogCore

/// The manifest files of one platform.
///
/// While a stage is under way, the manifest says so and lists what is to be written; the last
/// complete one lies beside it. So the next stage after an interruption knows whose the files are.
struct ManifestStore {
  let layout: Layout
  let platform: PlatformName

  /// What is known of the platform, and how well.
  enum Holding {
    /// Nothing was ever staged.
    case nothing
    /// The manifest cannot be read: anything may be there.
    case unknown
    /// A stage was interrupted: what it was to write, and what was there before it, where that is
    /// known.
    case interrupted(begun: PlatformManifest, before: PlatformManifest?)
    /// Exactly this.
    case complete(PlatformManifest)
  }

  private var path: String { layout.manifest(platform) }
  private var pathBefore: String { "\(path).before" }
  private static let largest = 1 << 30
  private static let headerLimit = 1 << 16

  /// Reads the header alone.
  func header() throws -> PlatformManifest.Header? {
    guard Files.exists(path) else { return nil }
    let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    let number = file.number
    var start = [UInt8](repeating: 0, count: Self.headerLimit)
    let count = try system("read", path) { read(number, &start, Self.headerLimit) }
    let header = try ManifestCodec.header(start[..<count], path: path)
    return header ?? PlatformManifest.Header(state: .incomplete)
  }

  /// Reads everything.
  ///
  /// - Throws: `Failure` when a newer leapfrog wrote it, or it cannot be opened.
  func load() throws -> Holding {
    guard Files.exists(path) else { return .nothing }
    guard let manifest = try load(path) else { return .unknown }
    guard manifest.isComplete else {
      return .interrupted(begun: manifest, before: try loadBefore())
    }
    return .complete(manifest)
  }

  /// Writes that a stage is under way and what it writes; that lasts before anything on the
  /// platform changes.
  func writeIntent(_ intent: PlatformManifest, over holding: Holding) throws {
    try keep(holding)
    var intent = intent
    intent.header.state = .incomplete
    // What an earlier attempt wrote may still be there when this one is interrupted, too.
    if case .interrupted(let begun, _) = holding { try intent.append(begun) }
    let bytes = try ManifestCodec.encode(intent)
    try Failpoint.around("stage.manifest.incomplete") { try Files.write(bytes, to: path) }
  }

  /// Writes what the platform holds now.
  func writeComplete(_ manifest: PlatformManifest) throws {
    let bytes = try ManifestCodec.encode(manifest)
    try Failpoint.around("stage.manifest.complete") { try Files.write(bytes, to: path) }
  }

  /// Removes what only an interrupted stage needs.
  func removeBefore() throws {
    try Files.remove(pathBefore)
  }

  /// A second name for the complete manifest; the first then gets other contents by a rename.
  private func keep(_ holding: Holding) throws {
    if case .interrupted = holding { return }
    try Files.remove(pathBefore)
    guard case .complete = holding else { return }
    try system("keep", path) { link(path, pathBefore) }
  }

  private func load(_ path: String) throws -> PlatformManifest? {
    try ManifestCodec.decode(try Files.read(path, atMost: Self.largest), path: path)
  }

  private func loadBefore() throws -> PlatformManifest? {
    guard Files.exists(pathBefore), let manifest = try load(pathBefore) else { return nil }
    return manifest.isComplete ? manifest : nil
  }
}
