import CPosix
import Glibc
import LeapfrogCore

/// What a file has attached by name: an ACL, or what applications keep there.
struct ExtendedAttribute: Hashable, Sendable {
  /// As it is on disk, which need not be UTF-8.
  var name: [UInt8]
  var value: [UInt8]

  /// The longest value and list of names that Linux allows, in bytes.
  private static let longest = 1 << 16
  private static let prefixes = ["user.", "system.posix_acl_"].map { Array($0.utf8) }

  /// Those of an open file that belong to its owner and can be given to a copy: `user.*` and ACLs.
  static func all(of file: Int32, name: String) throws -> [ExtendedAttribute] {
    try names(of: file, name: name).compactMap { attribute in
      try value(of: attribute, file, name: name).map { Self(name: attribute, value: $0) }
    }
  }

  /// Gives an open file exactly these.
  static func give(_ wanted: [ExtendedAttribute], to file: Int32, name: String) throws {
    let present = try all(of: file, name: name)
    if present == wanted { return }
    for old in present where !wanted.contains(where: { $0.name == old.name }) {
      try system("remove an attribute of", name) {
        withName(old.name) { fremovexattr(file, $0) }
      }
    }
    for attribute in wanted where !present.contains(attribute) {
      try system("give an attribute to", name) {
        withName(attribute.name) {
          fsetxattr(file, $0, attribute.value, attribute.value.count, 0)
        }
      }
    }
  }

  private static func names(of file: Int32, name: String) throws -> [[UInt8]] {
    let size = retrying { flistxattr(file, nil, 0) }
    if size == 0 || (size == -1 && errno == ENOTSUP) { return [] }
    var buffer = [CChar](repeating: 0, count: longest)
    let count = try system("list the attributes of", name) {
      flistxattr(file, &buffer, buffer.count)
    }
    return buffer[..<count].split(separator: 0)
      .map { $0.map(UInt8.init(bitPattern:)) }
      .filter { found in prefixes.contains { found.starts(with: $0) } }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// nil where it is gone by now.
  private static func value(
    of attribute: [UInt8], _ file: Int32, name: String
  ) throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: longest)
    let count = retrying {
      withName(attribute) { fgetxattr(file, $0, &buffer, buffer.count) }
    }
    if count == -1, errno == ENODATA { return nil }
    guard count >= 0 else { throw Failure.system("read an attribute of", name) }
    return Array(buffer[..<count])
  }

  private static func withName<Value>(
    _ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Value
  ) -> Value {
    DirectoryTree.withCString(name[...], body)
  }
}
