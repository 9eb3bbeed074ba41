import LeapfrogCore

extension SnapshotRecord {
  /// Bytes before the digest, the path and the attributes.
  private static let head = 56

  var encodedSize: Int {
    extended.reduce(Self.head + (digest == nil ? 0 : FileDigest.size) + path.bytes.count) {
      $0 + 6 + $1.name.count + $1.value.count
    }
  }

  func encode(into writer: inout BinaryWriter) {
    writer.put(kind.rawValue)
    writer.put(UInt8(digest == nil ? 0 : 1))
    writer.put(UInt16(clamping: extended.count))
    for number in [mode, owner, group, links, UInt32(clamping: path.bytes.count)] {
      writer.put(number)
    }
    for number in [size, modified, changed] { writer.put(number) }
    writer.put(inode)
    if let digest { writer.put(digest.bytes) }
    writer.put(path.bytes)
    for attribute in extended.prefix(Int(UInt16.max)) {
      writer.put(UInt16(clamping: attribute.name.count))
      writer.put(UInt32(clamping: attribute.value.count))
      writer.put(attribute.name)
      writer.put(attribute.value)
    }
  }

  /// The next record; nil for anything else.
  init?(decoding reader: inout BinaryReader) {
    guard let kind = reader.get().flatMap(Kind.init(rawValue:)),
      let hasDigest: UInt8 = reader.get(),
      let attributes: UInt16 = reader.get(), let mode: UInt32 = reader.get(),
      let owner: UInt32 = reader.get(), let group: UInt32 = reader.get(),
      let links: UInt32 = reader.get(), let length: UInt32 = reader.get(),
      let size: Int64 = reader.get(), size >= 0, let modified: Int64 = reader.get(),
      let changed: Int64 = reader.get(), let inode: UInt64 = reader.get(),
      hasDigest <= 1
    else { return nil }
    (self.kind, self.mode, self.owner, self.group) = (kind, mode, owner, group)
    (self.links, self.size, self.modified) = (links, size, modified)
    (self.changed, self.inode) = (changed, inode)
    if hasDigest == 1 {
      guard let bytes = reader.bytes(FileDigest.size) else { return nil }
      digest = FileDigest(bytes: bytes)
    }
    guard let bytes = reader.bytes(Int(length)) else { return nil }
    path = TreePath(bytes: bytes)
    extended = []
    for _ in 0..<attributes {
      guard let attribute = ExtendedAttribute(decoding: &reader) else { return nil }
      extended.append(attribute)
    }
    guard path.isProper, kind != .directory || digest == nil else { return nil }
  }
}

extension ExtendedAttribute {
  fileprivate init?(decoding reader: inout BinaryReader) {
    guard let length: UInt16 = reader.get(), let size: UInt32 = reader.get(),
      let name = reader.bytes(Int(length)), let value = reader.bytes(Int(size)),
      !name.isEmpty, !name.contains(0)
    else { return nil }
    self.init(name: name, value: value)
  }
}

extension SnapshotList {
  /// The longest list that is read, in bytes: some millions of files.
  private static let longest = 1 << 30
  private static let head = Array("leapfrog files 2".utf8)

  /// The list as it is on disk.
  var encoded: [UInt8] {
    let size = records.reduce(Self.head.count) { $0 + $1.encodedSize }
    return Array(unsafeUninitializedCapacity: size) { buffer, count in
      var writer = BinaryWriter(UnsafeMutableRawBufferPointer(buffer))
      writer.put(Self.head)
      for record in records { record.encode(into: &writer) }
      count = writer.count
    }
  }

  /// Reads a list.
  ///
  /// - Parameter digest: its SHA-256 in hexadecimal digits.
  /// - Throws: `Failure` when the file is missing or not the one that is meant.
  init(reading path: String, digest: String) throws {
    let bytes = try Files.read(path, atMost: Self.longest)
    guard FileDigest(of: bytes).hex == digest else {
      throw Failure.failed("\(path) is damaged: its SHA-256 is not the recorded one")
    }
    try self.init(encoded: bytes, name: path)
  }

  /// The list of its bytes.
  init(encoded bytes: [UInt8], name: String) throws {
    guard bytes.starts(with: Self.head) else {
      throw Failure.failed("\(name) is not a list of files")
    }
    var records: [SnapshotRecord] = []
    try bytes.withUnsafeBytes { buffer in
      var reader = BinaryReader(UnsafeRawBufferPointer(rebasing: buffer[Self.head.count...]))
      while reader.left > 0 {
        guard let record = SnapshotRecord(decoding: &reader) else {
          throw Failure.failed("\(name) has a record that cannot be read, number \(records.count)")
        }
        records.append(record)
      }
    }
    try self.init(ordered: records, name: name)
  }
}
