import CPosix
import Glibc
import LeapfrogCore

/// What lets somebody else than its owner write a file, or act as its owner.
enum FileRights {
  /// Set-id bits, and writing for the group and others.
  static let others: mode_t = 0o6022

  private static let access = Array("system.posix_acl_access".utf8)
  private static let inherited = Array("system.posix_acl_default".utf8)
  private static let capability = Array("security.capability".utf8)
  private static let listSize = 1 << 16

  /// Removes ACLs that let others write, and capabilities.
  static func removeAttributes(
    _ name: UnsafePointer<CChar>, in directory: Int32, _ label: String
  ) throws {
    // There is no call for a name in an open directory; its own path leads there whatever is renamed.
    let path = "/proc/self/fd/\(directory)/\(String(cString: name))"
    let bytes = Array("/proc/self/fd/\(directory)/".utf8CString.dropLast()) + cString(name)
    for attribute in attributes(of: bytes) where isRemoved(attribute, of: bytes) {
      let result = (attribute + [0]).withUnsafeBufferPointer { attribute in
        attribute.withMemoryRebound(to: CChar.self) { lremovexattr(bytes, $0.baseAddress!) }
      }
      guard result == 0 || errno == ENODATA else {
        throw Failure.system("remove an attribute of", label.isEmpty ? path : label)
      }
    }
  }

  /// Whether an ACL lets somebody else write; the mask that a mode shows is not asked.
  static func hasWritingACL(_ path: String) -> Bool {
    let bytes = Array(path.utf8CString)
    return attributes(of: bytes).contains { $0 != capability && isRemoved($0, of: bytes) }
  }

  private static func isRemoved(_ attribute: [UInt8], of path: [CChar]) -> Bool {
    if attribute == capability { return true }
    guard attribute == access || attribute == inherited else { return false }
    return letsOthersWrite(value(attribute, of: path))
  }

  private static func cString(_ name: UnsafePointer<CChar>) -> [CChar] {
    Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1))
  }

  private static func attributes(of path: [CChar]) -> [[UInt8]] {
    // Almost no file has any, and asking how long the list is needs no buffer.
    guard llistxattr(path, nil, 0) > 0 else { return [] }
    var list = [CChar](repeating: 0, count: listSize)
    let count = llistxattr(path, &list, list.count)
    guard count > 0 else { return [] }
    return list[..<count].split(separator: 0).map { $0.map(UInt8.init(bitPattern:)) }
  }

  private static func value(_ attribute: [UInt8], of path: [CChar]) -> [UInt8] {
    var value = [UInt8](repeating: 0, count: listSize)
    let count = (attribute + [0]).withUnsafeBufferPointer { attribute in
      attribute.withMemoryRebound(to: CChar.self) {
        lgetxattr(path, $0.baseAddress!, &value, value.count)
      }
    }
    return Array(value[..<max(0, count)])
  }

  /// The kernel's form: a version of 4 bytes, then entries of a tag, permissions (2 bytes each) and an id (4).
  private static func letsOthersWrite(_ acl: [UInt8]) -> Bool {
    stride(from: 4, to: acl.count - 7, by: 8).contains { start in
      let tag = Int(acl[start]) | Int(acl[start + 1]) << 8
      // The owner's own entry, and the mask, give nothing to others.
      return tag != 0x01 && tag != 0x10 && acl[start + 2] & 2 != 0
    }
  }
}
