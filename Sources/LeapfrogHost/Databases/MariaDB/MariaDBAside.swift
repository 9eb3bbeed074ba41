import Glibc
import LeapfrogCore

/// The databases that failed states are set aside in: `leapfrog_aside_<time>_<number>_<database>`.
struct MariaDBAside {
  let client: MariaDBClient

  private static let prefix = "leapfrog_aside_"
  /// The longest name that MariaDB takes, and what of it the database's own name may be.
  private static let (longest, longestOwn) = (64, 28)

  /// A new name; the number tells those of one second apart.
  func name(number: Int, at time: time_t) -> String {
    "\(Self.prefix)\(Stamp.text(of: time).lowercased())_\(number)_\(own)"
  }

  /// The database's own name, shortened where it is too long.
  private var own: String {
    let name = client.login.name.lowercased()
    guard name.utf8.count > Self.longestOwn else { return name }
    let digest = FileDigest(of: Array(name.utf8)).hex.prefix(8)
    return
      "\(name.unicodeScalars.filter(\.isASCII).prefix(Self.longestOwn - 9).map(String.init).joined())_\(digest)"
  }

  /// Makes a database for a failed state.
  ///
  /// - Returns: whether the user may.
  func make(_ name: String) throws -> Bool {
    do {
      try client.rows("CREATE DATABASE IF NOT EXISTS \(MariaDBName.quoted(name))")
      return true
    } catch {
      guard let code = MariaDBMessage.code(in: Failure(error).message), code == 1044 || code == 1227
      else { throw error }
      return false
    }
  }

  /// Drops those of this database that were made more than so many days ago.
  func prune(olderThan days: Int) throws {
    let limit = Stamp.text(of: time(nil) - max(0, min(days, 36500)) * 86400)
    let sql = """
      SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
        WHERE SCHEMA_NAME LIKE 'leapfrog\\_aside\\_%'
      """
    for name in try client.rows(sql).compactMap(\.first) {
      guard let stamp = stamp(of: name), stamp < limit else { continue }
      try client.rows(
        "SET foreign_key_checks = 0; DROP DATABASE IF EXISTS \(MariaDBName.quoted(name))")
    }
  }

  /// When one of this database was made; nil for any other.
  private func stamp(of name: String) -> String? {
    let parts = name.dropFirst(Self.prefix.count)
      .split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
    guard name.hasPrefix(Self.prefix), parts.count == 3, Int(parts[1]) != nil, parts[2] == own
    else { return nil }
    let stamp = parts[0].uppercased()
    return Stamp.isStamp(stamp) ? stamp : nil
  }
}
