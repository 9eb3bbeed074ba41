/// The rule for the directory of a pair.
enum RootPath {
  private static let longest = 1000

  /// What is wrong with the path; nil when it can be used.
  static func fault(in path: String) -> String? {
    guard !path.isEmpty else { return "is empty" }
    guard !path.hasPrefix("~") else { return "begins with '~', which is not expanded" }
    guard path.hasPrefix("/") else { return "is not absolute" }
    guard path.utf8.count <= longest else { return "is longer than \(longest) bytes" }
    guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      return "has a control character"
    }
    let parts = parts(of: path)
    guard !parts.isEmpty else { return "is the root of the file system" }
    if parts.contains("..") { return "may not contain '..'" }
    return parts.contains { $0.utf8.count > 255 } ? "has a part longer than 255 bytes" : nil
  }

  /// The path without doubled or closing slashes and without `.`.
  static func normalized(_ path: String) -> String {
    "/" + parts(of: path).joined(separator: "/")
  }

  private static func parts(of path: String) -> [Substring] {
    path.split(separator: "/").filter { $0 != "." }
  }
}
