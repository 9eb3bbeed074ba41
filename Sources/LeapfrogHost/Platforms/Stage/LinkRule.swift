import Glibc
import LeapfrogCore

/// The rule for links of a tree: where a link leads must be inside the platform, whatever other
/// links of the same tree lie on its way.
struct LinkRule {
  let table: SlotTable

  /// What is wrong with a link's target; nil when it stays inside.
  func fault(inTarget target: UnsafeRawBufferPointer, of link: UnsafeRawBufferPointer) -> String? {
    guard !target.isEmpty, target.count < Int(PATH_MAX) else { return "has no usable target" }
    guard !target.contains(0) else { return "has a zero byte in its target" }
    guard target[0] != UInt8(ascii: "/") else { return "is absolute" }
    return staysInside(target, from: Array(link.directory)) ? nil : "leads out of the platform"
  }

  private func staysInside(_ target: UnsafeRawBufferPointer, from directory: [UInt8]) -> Bool {
    var place = directory
    var isBehindLink = false
    for part in target.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(Self.here) {
      guard part.elementsEqual(Self.above) else {
        place += (place.isEmpty ? [] : [UInt8(ascii: "/")]) + Array(part)
        isBehindLink = isBehindLink || isLink(place)
        continue
      }
      // Above a link's target is not where the text says.
      guard !place.isEmpty, !isBehindLink else { return false }
      place.removeSubrange((place.lastIndex(of: UInt8(ascii: "/")) ?? 0)...)
    }
    return true
  }

  private static let here = Array(".".utf8)
  private static let above = Array("..".utf8)

  private func isLink(_ path: [UInt8]) -> Bool {
    guard let index = path.withUnsafeBytes(table.index) else { return false }
    return table.slots[index].wanted?.mode == .link
  }
}
