import CLibgit2
import LeapfrogCore

/// The rules for the names in one directory of a commit.
///
/// A name that no rule forbids cannot leave its directory, cannot be taken for git's own, and is
/// the only one of its directory that reads like it, whatever the case.
struct NameRules {
  private var hashes: [UInt64] = []

  /// Throws a `PathFault` for the first name that cannot be used.
  mutating func check(_ tree: TreeHandle) throws {
    hashes.removeAll(keepingCapacity: true)
    var isPlain = true
    var previous: RawEntry?
    try tree.forEach { entry in
      let scan = NameScan(entry.name)
      if let fault = Self.fault(in: entry.name, scan) { throw PathFault(entry.name, fault) }
      if let previous, previous.order(to: entry) >= 0 {
        throw PathFault(entry.name, "is out of order or there twice")
      }
      previous = entry
      isPlain = isPlain && scan.isASCII
      hashes.append(scan.hash)
    }
    if !isPlain || hasEqualHashes() { try Self.checkFolded(tree) }
  }

  private mutating func hasEqualHashes() -> Bool {
    hashes.sort()
    return zip(hashes, hashes.dropFirst()).contains { $0 == $1 }
  }

  private static func checkFolded(_ tree: TreeHandle) throws {
    var seen: [String: String] = [:]
    try tree.forEach { entry in
      let name = String(decoding: entry.name, as: UTF8.self)
      // Both ways, so that letters with more than one lower or upper case meet.
      guard let other = seen.updateValue(name, forKey: name.uppercased().lowercased()) else {
        return
      }
      throw PathFault(
        entry.name, "differs from '\(GitText.shown(other))' beside it in nothing but case")
    }
  }

  private static func fault(in name: UnsafeRawBufferPointer, _ scan: NameScan) -> String? {
    if name.isEmpty { return "has an empty part" }
    if name.count > 255 { return "has a part longer than 255 bytes" }
    if scan.hasSlash { return "has a part with a slash" }
    if scan.hasNewline { return "has a newline" }
    if name.count <= 2, name.allSatisfy({ $0 == UInt8(ascii: ".") }) { return "leaves the tree" }
    if !scan.isASCII, String(validating: name, as: UTF8.self) == nil { return "is not UTF-8" }
    return GitAlias.matches(name) ? "has the name of git's own directory" : nil
  }
}

/// What one pass over the bytes of a name tells.
private struct NameScan {
  let isASCII: Bool
  let hasSlash: Bool
  let hasNewline: Bool
  /// A hash (FNV-1a) of the name with ASCII letters in lower case.
  let hash: UInt64

  init(_ name: UnsafeRawBufferPointer) {
    var all: UInt8 = 0
    var (slash, newline) = (false, false)
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name {
      all |= byte
      slash = slash || byte == UInt8(ascii: "/")
      newline = newline || byte == UInt8(ascii: "\n")
      hash = (hash ^ UInt64(GitAlias.lower(byte))) &* 0x100_0000_01b3
    }
    (isASCII, hasSlash, hasNewline, self.hash) = (all < 0x80, slash, newline, hash)
  }
}

/// The spellings of `.git` that some file system takes for it.
enum GitAlias {
  /// Whether the name is one of them.
  static func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first, first >= 0x80 || first == 0x2E || lower(first) == 0x67 else {
      return false
    }
    var bytes = withoutIgnorable(name)[...]
    // NTFS: a stream or a part after a backslash; and it drops dots and spaces at the end.
    bytes = bytes.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "\\") }
    while let last = bytes.last, last == 0x2E || last == 0x20 { bytes.removeLast() }
    let folded = bytes.map(lower)
    return folded.elementsEqual(".git".utf8) || folded.elementsEqual("git~1".utf8)
  }

  /// An ASCII letter in lower case; any other byte as it is.
  static func lower(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  /// Without the code points that HFS+ ignores in names.
  private static func withoutIgnorable(_ name: UnsafeRawBufferPointer) -> [UInt8] {
    guard name.contains(where: { $0 >= 0x80 }) else { return Array(name) }
    let scalars = String(decoding: name, as: UTF8.self).unicodeScalars.filter {
      switch $0.value {
      case 0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF: false
      default: true
      }
    }
    return Array(String(String.UnicodeScalarView(scalars)).utf8)
  }
}

/// Why a path of a commit cannot be used.
struct PathFault: Error {
  /// The path, or its end while it is not known yet.
  var path: [UInt8]
  let fault: String

  init(_ path: some Collection<UInt8>, _ fault: String) {
    self.path = Array(path)
    self.fault = fault
  }

  /// The fault with the directory, which ends with a slash, before its path.
  func below(_ directory: [UInt8]) -> PathFault { PathFault(directory + path, fault) }

  /// The failure to show.
  func failure(of commit: ObjectID, in repository: String) -> Failure {
    let path = GitText.shown(path.count > 300 ? path.prefix(300) + Array("…".utf8) : path)
    return .refused("commit \(commit.short) of \(repository) cannot be used: '\(path)' \(fault)")
  }
}
