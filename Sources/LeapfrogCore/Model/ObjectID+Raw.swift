/// Object ids in tables of many thousands, where a small array for each would cost too much.
extension ObjectID {
  /// The bytes of an object id.
  public static let size = 20

  /// The object id of nothing.
  public static let zero = ObjectID(high: 0, middle: 0, low: 0)

  /// The object id whose raw bytes begin at an offset of a buffer, which has at least 20 more.
  public init(loading buffer: UnsafeRawBufferPointer, at offset: Int = 0) {
    self.init(
      high: UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
      middle: UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)),
      low: UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt32.self)))
  }

  /// Writes the 20 raw bytes to an offset of a buffer that has room for them.
  public func store(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
    buffer.storeBytes(of: high.bigEndian, toByteOffset: offset, as: UInt64.self)
    buffer.storeBytes(of: middle.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
    buffer.storeBytes(of: low.bigEndian, toByteOffset: offset + 16, as: UInt32.self)
  }

  /// Writes the 40 hexadecimal digits to an offset of a buffer that has room for them.
  func storeHex(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
    for index in 0..<40 {
      buffer[offset + index] = Self.digit(nibble(index))
    }
  }

  private func nibble(_ index: Int) -> UInt8 {
    switch index {
    case 0..<16: UInt8(truncatingIfNeeded: high >> UInt64(60 - 4 * index)) & 15
    case 16..<32: UInt8(truncatingIfNeeded: middle >> UInt64(60 - 4 * (index - 16))) & 15
    default: UInt8(truncatingIfNeeded: low >> UInt32(28 - 4 * (index - 32))) & 15
    }
  }

  private static func digit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? nibble &+ UInt8(ascii: "0") : nibble &- 10 &+ UInt8(ascii: "a")
  }
}
