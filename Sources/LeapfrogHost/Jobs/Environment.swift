import Glibc

/// The environment of this process.
enum Environment {
  /// All variables but some.
  static func own(without excluded: String...) -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let parts = String(cString: entry).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      next += 1
    }
    for key in excluded { variables[key] = nil }
    return variables
  }
}
