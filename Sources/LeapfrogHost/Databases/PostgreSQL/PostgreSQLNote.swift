import Foundation
import LeapfrogCore

/// What a restore has done so far, beside the failed state's files. Databases are known by their
/// numbers, which no rename changes.
struct PostgreSQLNote: Codable, Equatable {
  /// Which dump.
  var sha256: String
  /// The database that holds it: the restored one, under whichever name.
  var restored: String?
  /// How many rows were ever written in it, when it was in its place.
  var changes: String?

  private static func path(in aside: String) -> String { "\(aside)/postgresql.json" }

  /// The note of a dump; a new one when there is none.
  static func read(in aside: String, sha256: String) -> PostgreSQLNote {
    let bytes = try? Files.read(path(in: aside), atMost: 1 << 20)
    let note = bytes.flatMap { try? JSONDecoder().decode(Self.self, from: Data($0)) }
    guard let note, note.sha256 == sha256 else { return PostgreSQLNote(sha256: sha256) }
    return note
  }

  /// Writes it, to last.
  func write(in aside: String) throws {
    try Files.makeDirectories(aside, mode: 0o700)
    try Files.write(Array(try JSONEncoder().encode(self)), to: Self.path(in: aside))
  }
}
