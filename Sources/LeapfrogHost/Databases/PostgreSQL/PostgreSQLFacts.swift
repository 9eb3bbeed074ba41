import Foundation
import LeapfrogCore

/// What a backup records of a PostgreSQL database besides its dump.
struct PostgreSQLFacts: Codable, Equatable, Sendable {
  /// What the dump leaves out.
  var setup: PostgreSQLSetup
  /// A hash by kind of object.
  var structure: [String: String]

  private static let key = "postgresql"

  init(setup: PostgreSQLSetup, structure: [String: String]) {
    self.setup = setup
    self.structure = structure
  }

  /// Reads it from a record.
  init(of record: DatabaseRecord) throws {
    guard let text = record.attributes?[Self.key],
      let facts = try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
    else { throw Failure.failed("\(record.file) was not recorded as a PostgreSQL database") }
    self = facts
  }

  /// As a record keeps it.
  var attributes: [String: String] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return [Self.key: String(decoding: try encoder.encode(self), as: UTF8.self)]
    }
  }
}
