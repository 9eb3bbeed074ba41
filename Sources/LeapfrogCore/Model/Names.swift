/// The rules for names that become paths and links. Names are allow-listed, so that none can be an
/// option, a path or a shell word.
public enum Names {
  /// The longest site name, alias or pair name, in bytes: a DNS name's limit.
  public static let longest = 253

  /// What is wrong with a site's name or an alias; nil when it can be used.
  ///
  /// A domain: lower-case letters, digits, `-`, `_` and `.`, each label of 1 to 63 characters that
  /// begins and ends with a letter or a digit (RFC 1123, with `_` inside a label).
  public static func fault(inDomain name: String) -> String? {
    guard !name.isEmpty else { return "is empty" }
    guard name.utf8.count <= longest else { return "is longer than \(longest) bytes" }
    for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      if let fault = fault(inLabel: Array(label)) { return fault }
    }
    return nil
  }

  /// What is wrong with a pair's name; nil when it can be used: one label of a domain.
  public static func fault(inPair name: String) -> String? {
    guard !name.isEmpty else { return "is empty" }
    return fault(inLabel: Array(name.utf8))
  }

  private static func fault(inLabel label: [UInt8]) -> String? {
    guard let first = label.first, let last = label.last else {
      return "has an empty part between its dots"
    }
    guard label.count <= 63 else { return "has a part longer than 63 characters" }
    if label.contains(where: isUpper) { return "has upper-case letters; write it in lower case" }
    guard label.allSatisfy({ isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }) else {
      return "may hold only letters, digits, '-', '_' and '.'"
    }
    guard isAlphanumeric(first), isAlphanumeric(last) else {
      return "has a part that does not begin and end with a letter or a digit"
    }
    return nil
  }

  private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
