import CZlib

/// Bytes made smaller for a slow link, in zlib's form (RFC 1950).
public enum Packing {
  /// The bytes packed, quickly rather than small.
  public static func pack(_ bytes: [UInt8]) -> [UInt8] {
    var length = compressBound(UInt(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      let code = compress2(buffer.baseAddress, &length, bytes, UInt(bytes.count), 1)
      count = code == Z_OK ? Int(length) : 0
    }
  }

  /// The bytes that were packed.
  ///
  /// - Parameter count: how many they are.
  /// - Throws: `Failure` when they are not that many, or were damaged.
  public static func unpack(_ packed: UnsafeRawBufferPointer, count: Int) throws -> [UInt8] {
    guard (0...(1 << 31)).contains(count) else { throw Failure.usage("a message is too long") }
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      var length = UInt(count)
      let code = uncompress(
        buffer.baseAddress, &length, packed.bindMemory(to: UInt8.self).baseAddress,
        UInt(packed.count))
      isWhole = code == Z_OK && length == UInt(count)
      filled = isWhole ? count : 0
    }
    guard isWhole else { throw Failure.failed("a packed message arrived damaged") }
    return bytes
  }
}
