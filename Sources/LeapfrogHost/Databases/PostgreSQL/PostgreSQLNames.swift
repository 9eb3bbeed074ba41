import Glibc
import LeapfrogCore

/// The databases that leapfrog makes beside a site's: which they are is in their names.
struct PostgreSQLNames {
  private let client: PostgreSQLClient
  private let stem: String

  init(of client: PostgreSQLClient) {
    self.client = client
    let name = client.login.name
    // A name has 63 bytes at most; what is cut off of it is in the hash.
    let hash = FileDigest(of: Array(name.utf8)).hex.prefix(8)
    stem = "\(Self.cut(name, to: 24))_\(hash)"
  }

  /// The one that is being restored.
  var restoring: String { "\(stem)_restoring" }

  /// A name that is free, for the state that did not work.
  func aside(in databases: PostgreSQLDatabases) throws -> String {
    let taken = try Set(databases.names())
    let first = "\(prefix)\(Stamp.text(of: time(nil)))"
    if !taken.contains(first) { return first }
    return (2...99).lazy.map { "\(first)\($0)" }.first { !taken.contains($0) } ?? "\(first)x"
  }

  /// Drops those that were set aside more than so many days ago.
  func prune(olderThan days: Int) throws {
    guard let databases = try? PostgreSQLDatabases(client) else { return }
    let limit = Stamp.text(of: time(nil) - max(0, min(days, 36500)) * 86400)
    for name in try databases.names() {
      guard name.hasPrefix(prefix), case let stamp = name.dropFirst(prefix.count).prefix(16),
        Stamp.isStamp(stamp), stamp < limit
      else { continue }
      try Failpoint.around("aside.drop") { try databases.drop(name) }
    }
  }

  private var prefix: String { "\(stem)_aside_" }

  private static func cut(_ name: String, to limit: Int) -> String {
    var short = ""
    for character in name where short.utf8.count + character.utf8.count <= limit {
      short.append(character)
    }
    return short
  }
}
