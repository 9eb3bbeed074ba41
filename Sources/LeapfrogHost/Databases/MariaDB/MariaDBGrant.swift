import LeapfrogCore

/// A line of `SHOW GRANTS`.
enum MariaDBGrant {
  /// Whether it lets a user do with the server, or with the databases of others, what it likes.
  static func isAdministration(_ line: String) -> Bool {
    guard line.hasPrefix("GRANT "), let range = line.firstRange(of: " ON *.* TO ") else {
      return false
    }
    let rights = line[..<range.lowerBound].dropFirst(6).split(separator: ", ")
    let givesRightsAway = line.hasSuffix(" WITH GRANT OPTION") && rights != ["USAGE"]
    return givesRightsAway || rights.contains { administrative.contains($0) }
  }

  private static let administrative: Set<Substring> = ["ALL PRIVILEGES", "SUPER", "CREATE USER"]
}
