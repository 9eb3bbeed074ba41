import Glibc

/// The rule for the address of a repository, and what a local one is relative to.
enum RepositoryRule {
  /// What is wrong with the address; nil when it can be used. Never shows the address itself.
  static func fault(in address: String) -> String? {
    guard address.contains(where: { !$0.isWhitespace }) else { return "is empty" }
    guard !address.hasPrefix("-") else { return "begins with '-', as an option does" }
    guard !address.hasPrefix("~") else { return "begins with '~', which is not expanded" }
    guard address.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      return "has a control character"
    }
    guard address.utf8.count <= 4000 else { return "is longer than 4000 bytes" }
    return namesHelper(address) ? "names a remote helper, which would run a program" : nil
  }

  /// The address with a local path made absolute, seen from `directory`.
  static func resolved(_ address: String, from directory: String) -> String {
    guard !address.hasPrefix("/"), isLocal(address, from: directory) else { return address }
    var path = Substring(address)
    while path.hasPrefix("./") { path = path.dropFirst(2).drop { $0 == "/" } }
    let base = directory.hasSuffix("/.") ? directory.dropLast(2) : directory[...]
    return path.isEmpty || path == "." ? String(base) : "\(base)/\(path)"
  }

  /// Git's own reading: a colon before the first slash makes it remote, unless such a path exists.
  private static func isLocal(_ address: String, from directory: String) -> Bool {
    guard let colon = address.firstIndex(of: ":") else { return true }
    if address[..<colon].contains("/") { return true }
    return !address.contains("://") && access("\(directory)/\(address)", F_OK) == 0
  }

  private static func namesHelper(_ address: String) -> Bool {
    let scheme = address.prefix { $0.isLetter || $0.isNumber || "+-.".contains($0) }
    return !scheme.isEmpty && address[scheme.endIndex...].hasPrefix("::")
  }
}
