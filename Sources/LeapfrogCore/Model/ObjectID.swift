/// The name of a git object: 20 bytes, written as 40 hexadecimal digits.
public struct ObjectID: Hashable, Sendable, Comparable {
  let high: UInt64
  let middle: UInt64
  let low: UInt32

  init(high: UInt64, middle: UInt64, low: UInt32) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// The object id of 20 raw bytes; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 20 else { return nil }
    var parts: (UInt64, UInt64, UInt32) = (0, 0, 0)
    for (index, byte) in bytes.enumerated() {
      switch index {
      case 0..<8: parts.0 = parts.0 << 8 | UInt64(byte)
      case 8..<16: parts.1 = parts.1 << 8 | UInt64(byte)
      default: parts.2 = parts.2 << 8 | UInt32(byte)
      }
    }
    (high, middle, low) = parts
  }

  /// The object id of 20 raw bytes in memory; nil for any other count. Many are made for one tree, so
  /// this way is not generic.
  public init?(raw: UnsafeRawBufferPointer) {
    guard raw.count == 20 else { return nil }
    high = UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self))
    middle = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    low = UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
  }

  /// The object id of 40 hexadecimal digits, as UTF-8; nil for anything else.
  public init?(hex: some Collection<UInt8>) {
    guard hex.count == 40 else { return nil }
    var parts: (UInt64, UInt64, UInt32) = (0, 0, 0)
    for (index, digit) in hex.enumerated() {
      guard let value = Self.value(of: digit) else { return nil }
      switch index {
      case 0..<16: parts.0 = parts.0 << 4 | UInt64(value)
      case 16..<32: parts.1 = parts.1 << 4 | UInt64(value)
      default: parts.2 = parts.2 << 4 | UInt32(value)
      }
    }
    (high, middle, low) = parts
  }

  /// The object id that a text of 40 hexadecimal digits names; nil for anything else.
  public init?(_ text: String) {
    self.init(hex: text.utf8)
  }

  /// The 20 raw bytes.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(20)
    withUnsafeBytes(of: high.bigEndian) { result.append(contentsOf: $0) }
    withUnsafeBytes(of: middle.bigEndian) { result.append(contentsOf: $0) }
    withUnsafeBytes(of: low.bigEndian) { result.append(contentsOf: $0) }
    return result
  }

  /// The 40 hexadecimal digits, in lower case, as UTF-8.
  public var hexBytes: [UInt8] {
    bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }
  }

  /// The 40 hexadecimal digits, in lower case.
  public var hex: String { String(decoding: hexBytes, as: UTF8.self) }

  /// The first digits, enough for a person.
  public var short: String { String(hex.prefix(10)) }

  /// Orders by the raw bytes, which is the order of the digits, too.
  public static func < (one: ObjectID, other: ObjectID) -> Bool {
    (one.high, one.middle, one.low) < (other.high, other.middle, other.low)
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    case 0x41...0x46: digit - 0x41 + 10
    default: nil
    }
  }
}

extension ObjectID: CustomStringConvertible {
  /// The 40 hexadecimal digits, in lower case.
  public var description: String { hex }
}

extension ObjectID: Codable {
  /// Reads 40 hexadecimal digits.
  ///
  /// - Throws: `DecodingError` for any other value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let id = ObjectID(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an object id")
    }
    self = id
  }

  /// Writes the 40 hexadecimal digits, in lower case.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}
