import LeapfrogCore

/// Where a path lies in a `PathPool`.
struct PathSpan: Sendable {
  var offset: UInt32
  var length: UInt32
}

/// Many paths in one buffer. Each is followed by a zero byte, so that its last part is a C string
/// where it lies.
struct PathPool: Sendable {
  private(set) var bytes: [UInt8] = []

  init() {}

  /// A pool of bytes that were read back; spans have to be checked with `holds`.
  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func reserve(_ count: Int) {
    bytes.reserveCapacity(count)
  }

  /// Adds a path.
  ///
  /// - Throws: `Failure` when the pool would outgrow 2 GB.
  mutating func append(_ path: some Collection<UInt8>) throws -> PathSpan {
    guard bytes.count + path.count < Int(Int32.max) else {
      throw Failure.failed("the tree's paths are too many for one platform")
    }
    let span = PathSpan(offset: UInt32(bytes.count), length: UInt32(path.count))
    bytes.append(contentsOf: path)
    bytes.append(0)
    return span
  }

  /// Whether a span that was read back lies in the pool and ends where a path ends.
  func holds(_ span: PathSpan) -> Bool {
    let end = Int(span.offset) + Int(span.length)
    return span.length > 0 && end < bytes.count && bytes[end] == 0
  }

  /// Lends the bytes of a path; a zero byte follows them.
  func lend<Value>(
    _ span: PathSpan, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value {
    try bytes.withUnsafeBytes { buffer in
      let start = Int(span.offset)
      let end = start + Int(span.length)
      return try body(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
    }
  }

  /// Less than, equal to or greater than zero, by the bytes of a path of the pool and another.
  func order(_ span: PathSpan, _ other: UnsafeRawBufferPointer) -> Int {
    lend(span) { TreeShape.order($0, other) }
  }

  /// The path as its bytes.
  func copy(_ span: PathSpan) -> [UInt8] {
    lend(span) { Array($0) }
  }

  /// The path for a reader.
  func text(_ span: PathSpan) -> String {
    lend(span) { String(decoding: $0, as: UTF8.self) }
  }
}

/// Parts of a path whose bytes a zero follows.
extension UnsafeRawBufferPointer {
  /// The length of the directory part without its slash; 0 for a path at the top.
  var directoryLength: Int {
    lastIndex(of: UInt8(ascii: "/")) ?? 0
  }

  /// The last part as a C string.
  var lastPart: UnsafePointer<CChar>? {
    let length = directoryLength
    return baseAddress.map {
      $0.advanced(by: length == 0 ? 0 : length + 1).assumingMemoryBound(to: CChar.self)
    }
  }

  /// The directory part.
  var directory: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[..<directoryLength])
  }

  /// The path for a reader.
  var text: String { String(decoding: self, as: UTF8.self) }
}
