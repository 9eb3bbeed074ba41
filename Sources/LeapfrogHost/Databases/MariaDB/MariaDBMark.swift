import Foundation
import LeapfrogCore

/// How far a restore has come, in a file that survives a crash: without it nobody could tell the
/// failed state, which is to be kept, from a copy that is half put back.
struct MariaDBMark: Codable, Equatable {
  enum Phase: String, Codable {
    /// The failed state is being set aside.
    case aside
    /// It is; what the database has now can go.
    case cleared
    /// The copy is in place.
    case restored
  }

  var phase: Phase
  /// The directory of this failed state, below that of the restore.
  var directory: String
  /// The database that the failed state goes to, where the user may make one.
  var database: String
  /// The tables' times when the copy was in place.
  var times: [String: String] = [:]

  /// The mark of a restore of one copy; nil when none was begun.
  static func read(_ path: String) throws -> MariaDBMark? {
    guard Files.exists(path) else { return nil }
    do {
      return try JSONDecoder().decode(MariaDBMark.self, from: Data(Files.read(path)))
    } catch { throw Failure.stuck("\(path), which says how far a restore has come, is damaged") }
  }

  func write(_ path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try Files.write(Array(encoder.encode(self)), to: path)
  }
}
