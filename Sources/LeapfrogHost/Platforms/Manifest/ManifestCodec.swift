import Crypto
import Foundation
import LeapfrogCore

/// A manifest as a file: a line with the format's version, a line with the header and its checksum,
/// then counts, records and paths in little-endian binary, and a SHA-256 of all that.
enum ManifestCodec {
  static let version = 1
  private static let title = "leapfrog platform manifest "
  private static let digestSize = 32
  private static let countsSize = 12
  private static let recordSize = 54
  private static let spanSize = 8

  // MARK: Writing

  static func encode(_ manifest: PlatformManifest) throws -> [UInt8] {
    let head = try encode(manifest.header)
    let size =
      head.count + countsSize + manifest.files.count * recordSize
      + manifest.outputs.count * spanSize + manifest.paths.bytes.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + digestSize)
    bytes.append(contentsOf: head)
    bytes.append(contentsOf: body(manifest, size: size - head.count))
    bytes.append(contentsOf: SHA256.hash(data: bytes))
    return bytes
  }

  private static func encode(_ header: PlatformManifest.Header) throws -> [UInt8] {
    let json = Array(try Wire.encoder().encode(header))
    return Array("\(title)\(version)\n\(checksum(json)) ".utf8) + json + [UInt8(ascii: "\n")]
  }

  private static func checksum(_ json: some DataProtocol) -> String {
    String(SHA256.hash(data: json).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, radix: 16)
  }

  private static func body(_ manifest: PlatformManifest, size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var writer = BinaryWriter(UnsafeMutableRawBufferPointer(buffer))
      writer.put(UInt32(manifest.files.count))
      writer.put(UInt32(manifest.outputs.count))
      writer.put(UInt32(manifest.paths.bytes.count))
      for file in manifest.files { put(file, to: &writer) }
      for output in manifest.outputs { put(output, to: &writer) }
      writer.put(manifest.paths.bytes)
      count = writer.count
    }
  }

  private static func put(_ file: FileRecord, to writer: inout BinaryWriter) {
    put(file.path, to: &writer)
    writer.put(file.mode.letter)
    writer.put(UInt8(file.isBuilt ? 1 : 0))
    writer.put(file.id)
    writer.put(file.stamp.size)
    writer.put(file.stamp.changed)
    writer.put(file.stamp.inode)
  }

  private static func put(_ span: PathSpan, to writer: inout BinaryWriter) {
    writer.put(span.offset)
    writer.put(span.length)
  }

  // MARK: Reading

  /// The header that the first bytes of a file hold; nil when they are damaged.
  ///
  /// - Throws: `Failure` when a newer leapfrog wrote it.
  static func header(_ bytes: some RandomAccessCollection<UInt8>, path: String) throws
    -> PlatformManifest.Header?
  {
    try head(bytes, path: path)?.header
  }

  /// The manifest that a file holds; nil when it is damaged or cut short.
  ///
  /// - Throws: `Failure` when a newer leapfrog wrote it.
  static func decode(_ bytes: [UInt8], path: String) throws -> PlatformManifest? {
    guard let head = try head(bytes, path: path) else { return nil }
    let end = bytes.count - digestSize
    guard end >= head.size, SHA256.hash(data: bytes[..<end]) == bytes[end...] else { return nil }
    return bytes.withUnsafeBytes { buffer in
      var reader = BinaryReader(UnsafeRawBufferPointer(rebasing: buffer[head.size..<end]))
      return manifest(head.header, &reader)
    }
  }

  private static func head(_ bytes: some RandomAccessCollection<UInt8>, path: String) throws
    -> (header: PlatformManifest.Header, size: Int)?
  {
    let lines = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
    guard lines.count == 3 else { return nil }
    let first = String(decoding: lines[0], as: UTF8.self)
    guard first.hasPrefix(title), let found = Int(first.dropFirst(title.count)) else { return nil }
    guard found <= version else { throw newer(found, path) }
    let parts = lines[1].split(separator: 0x20, maxSplits: 1)
    guard parts.count == 2, String(decoding: parts[0], as: UTF8.self) == checksum(Data(parts[1]))
    else { return nil }
    let header = try? Wire.decoder().decode(PlatformManifest.Header.self, from: Data(parts[1]))
    return header.map { ($0, lines[0].count + lines[1].count + 2) }
  }

  private static func newer(_ found: Int, _ path: String) -> Failure {
    .failed(
      "\(path) has format \(found), but this leapfrog-host knows formats up to \(version); use the"
        + " leapfrog that wrote it, or a newer one")
  }

  private static func manifest(
    _ header: PlatformManifest.Header, _ reader: inout BinaryReader
  ) -> PlatformManifest? {
    guard let files: UInt32 = reader.get(), let outputs: UInt32 = reader.get(),
      let paths: UInt32 = reader.get(),
      reader.left == Int(files) * recordSize + Int(outputs) * spanSize + Int(paths)
    else { return nil }
    var manifest = PlatformManifest(header: header)
    manifest.files.reserveCapacity(Int(files))
    for _ in 0..<files {
      guard let file = file(&reader) else { return nil }
      manifest.files.append(file)
    }
    for _ in 0..<outputs {
      guard let span = span(&reader) else { return nil }
      manifest.outputs.append(span)
    }
    manifest.paths = PathPool(bytes: reader.rest())
    return holdsItsPaths(manifest) ? manifest : nil
  }

  private static func holdsItsPaths(_ manifest: PlatformManifest) -> Bool {
    manifest.files.allSatisfy { manifest.paths.holds($0.path) }
      && manifest.outputs.allSatisfy { manifest.paths.holds($0) }
  }

  private static func file(_ reader: inout BinaryReader) -> FileRecord? {
    guard let path = span(&reader), let letter: UInt8 = reader.get(),
      let mode = EntryMode(letter: letter), let flags: UInt8 = reader.get(),
      let id = reader.getID(), let size: Int64 = reader.get(), let changed: Int64 = reader.get(),
      let inode: UInt64 = reader.get()
    else { return nil }
    let stamp = FileStamp(size: size, changed: changed, inode: inode)
    return FileRecord(path: path, mode: mode, id: id, stamp: stamp, isBuilt: flags == 1)
  }

  private static func span(_ reader: inout BinaryReader) -> PathSpan? {
    guard let offset: UInt32 = reader.get(), let length: UInt32 = reader.get() else { return nil }
    return PathSpan(offset: offset, length: length)
  }
}

extension EntryMode {
  fileprivate var letter: UInt8 {
    switch self {
    case .file: UInt8(ascii: "f")
    case .executable: UInt8(ascii: "x")
    case .link: UInt8(ascii: "l")
    }
  }

  fileprivate init?(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "f"): self = .file
    case UInt8(ascii: "x"): self = .executable
    case UInt8(ascii: "l"): self = .link
    default: return nil
    }
  }
}
