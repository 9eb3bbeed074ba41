import LeapfrogCore

/// A ref that a user gave, and the commit it stands for now.
public struct ResolvedRef: Sendable, Hashable {
  /// The ref as it was typed.
  public let name: String
  /// The ref in full, as `refs/tags/v1`; nil where a commit was named by its id.
  public let fullName: String?
  /// The commit.
  public let commit: ObjectID

  /// The same commit under the name that people know it by.
  public func named(_ name: String?) -> ResolvedRef {
    ResolvedRef(name: name ?? self.name, fullName: fullName, commit: commit)
  }
}

/// The rules for a ref that a user types, applied before anything looks at it.
enum RefRules {
  /// Characters that git forbids in a ref, and those that mean something to a shell.
  private static let forbidden = Set(#"~^:?*[\ $();|&`'"<>{}!"#.unicodeScalars)

  /// What is wrong with the ref; nil when it can be looked up.
  static func fault(in ref: String) -> String? {
    if ref.isEmpty { return "is empty" }
    if ref.hasPrefix("-") { return "begins with '-'" }
    if ref.utf8.count > 1000 { return "is longer than 1000 bytes" }
    if ref.contains("..") { return "contains '..'" }
    for scalar in ref.unicodeScalars {
      if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
        return "contains a control character"
      }
      if forbidden.contains(scalar) { return "contains '\(scalar)'" }
    }
    return fault(inPartsOf: ref)
  }

  private static func fault(inPartsOf ref: String) -> String? {
    for part in ref.split(separator: "/", omittingEmptySubsequences: false) {
      if part.isEmpty { return "has an empty part between its slashes" }
      if part.hasPrefix(".") { return "has a part that begins with '.'" }
      if part.hasSuffix(".lock") { return "has a part that ends with '.lock'" }
    }
    return ref.hasSuffix(".") || ref == "@" ? "is not a name that git allows" : nil
  }
}
