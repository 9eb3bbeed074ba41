import Glibc

/// A path below a directory as the raw bytes it has on disk, which need not be UTF-8; empty for the
/// directory itself.
struct TreePath: Hashable, Sendable {
  /// The names, joined by `/`.
  let bytes: [UInt8]

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The directory itself.
  static let root = TreePath(bytes: [])

  var isRoot: Bool { bytes.isEmpty }

  /// The names, outermost first.
  var names: [ArraySlice<UInt8>] { bytes.split(separator: Self.slash) }

  /// The directory that the path is in; the root is in itself.
  var parent: TreePath {
    guard let slash = bytes.lastIndex(of: Self.slash) else { return .root }
    return TreePath(bytes: Array(bytes[..<slash]))
  }

  /// The last name.
  var name: ArraySlice<UInt8> {
    guard let slash = bytes.lastIndex(of: Self.slash) else { return bytes[...] }
    return bytes[bytes.index(after: slash)...]
  }

  /// The path of an entry of this directory.
  func appending(_ name: some Collection<UInt8>) -> TreePath {
    isRoot ? TreePath(bytes: Array(name)) : TreePath(bytes: bytes + [Self.slash] + name)
  }

  /// Another entry of the same directory.
  func sibling(_ name: some Collection<UInt8>) -> TreePath { parent.appending(name) }

  /// The same path with something added to its last name.
  func adding(suffix: String) -> TreePath { TreePath(bytes: bytes + Array(suffix.utf8)) }

  /// Whether every name of the path is one that a directory can hold, so that it leads nowhere else.
  var isProper: Bool {
    if isRoot { return true }
    let parts = bytes.split(separator: Self.slash, omittingEmptySubsequences: false)
    return !bytes.contains(0) && parts.allSatisfy { !Self.reserved.contains(Array($0)) }
  }

  private static let slash = UInt8(ascii: "/")
  private static let reserved: Set<[UInt8]> = [[], Array(".".utf8), Array("..".utf8)]
}

extension TreePath: Comparable {
  /// Name by name, so that a directory comes before what is in it, and all of that before what comes
  /// next in the directory above: the order of a walk.
  static func < (one: TreePath, other: TreePath) -> Bool {
    one.bytes.withUnsafeBytes { other.order(after: $0) > 0 }
  }

  /// Positive where this path comes after one of those bytes, negative where before, 0 for the same.
  func order(after other: UnsafeRawBufferPointer) -> Int {
    bytes.withUnsafeBytes { own in
      let common = min(own.count, other.count)
      if own.count == other.count, Self.isSame(own, other) { return 0 }
      for index in 0..<common where own[index] != other[index] {
        return Self.rank(own[index]) - Self.rank(other[index])
      }
      return own.count - other.count
    }
  }

  private static func isSame(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool
  {
    guard let left = one.baseAddress, let right = other.baseAddress else { return true }
    return memcmp(left, right, one.count) == 0
  }

  /// A name ends before every longer one that begins with it.
  private static func rank(_ byte: UInt8) -> Int { byte == slash ? -1 : Int(byte) }
}

extension TreePath: CustomStringConvertible {
  /// For messages: what cannot be shown on one line is escaped.
  var description: String {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
      $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0)
    }.joined()
  }
}
