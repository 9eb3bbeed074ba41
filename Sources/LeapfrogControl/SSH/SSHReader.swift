/// Reads the data types of RFC 4251, section 5, from a message or a key.
struct SSHReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

  /// The next number of four bytes; nil where fewer are left.
  mutating func number() -> Int? {
    guard rest.count >= 4 else { return nil }
    defer { rest = rest.dropFirst(4) }
    return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }

  /// The next string with its length before it; nil where it is cut short.
  mutating func string() -> [UInt8]? {
    guard let length = number(), length <= rest.count else { return nil }
    defer { rest = rest.dropFirst(length) }
    return Array(rest.prefix(length))
  }

  /// A number as four bytes.
  static func bytes(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian, Array.init)
  }

  /// A string with its length before it.
  static func bytes(_ string: [UInt8]) -> [UInt8] { bytes(string.count) + string }
}
