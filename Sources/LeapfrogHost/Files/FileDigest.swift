import Crypto

/// A SHA-256.
struct FileDigest: Hashable, Sendable {
  private let parts: SIMD4<UInt64>

  init(_ digest: SHA256.Digest) {
    parts = digest.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
  }

  /// Of bytes in memory.
  init(of bytes: [UInt8]) {
    self.init(SHA256.hash(data: bytes))
  }

  /// Of 64 hexadecimal digits; nil for anything else.
  init?(hex: some Collection<UInt8>) {
    guard hex.count == 64 else { return nil }
    let digits = hex.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64 else { return nil }
    var bytes = (0..<32).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
    parts = bytes.withUnsafeMutableBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
  }

  /// Of its 32 bytes; nil for anything else.
  init?(bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    parts = bytes.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
  }

  /// How many bytes it has.
  static let size = 32

  var bytes: [UInt8] { withUnsafeBytes(of: parts) { Array($0) } }

  /// 64 hexadecimal digits, in lower case.
  var hex: String { String(decoding: hexBytes, as: UTF8.self) }

  /// The digits as UTF-8.
  var hexBytes: [UInt8] {
    withUnsafeBytes(of: parts) { bytes in
      bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
