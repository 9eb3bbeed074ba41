/// Paths as patterns of restic's.
enum ResticPattern {
  /// A pattern for exactly one path below the root of a snapshot; for bytes that are no UTF-8, which an
  /// argument cannot hold, one that fits other paths, too.
  static func of(_ path: TreePath) -> String {
    "/" + text(path.bytes)
  }

  /// A pattern for one path below a directory.
  static func of(_ path: TreePath, below directory: String) -> String {
    text(Array(directory.utf8)) + "/" + text(path.bytes)
  }

  private static func text(_ bytes: [UInt8]) -> String {
    guard let valid = String(validating: bytes, as: UTF8.self) else {
      return String(decoding: bytes.map(ascii), as: UTF8.self)
    }
    return String(valid.flatMap { special.contains($0) ? ["\\", $0] : [$0] })
  }

  private static let special: Set<Character> = ["*", "?", "[", "]", "\\"]

  private static func ascii(_ byte: UInt8) -> UInt8 {
    byte >= 0x80 || special.contains(Character(Unicode.Scalar(byte))) ? UInt8(ascii: "?") : byte
  }
}
