import Foundation
import GRDB
import LeapfrogCore

extension Journal {
  /// Publishes an event in a transaction of its own.
  func publish(_ event: Event) throws {
    try write("event") { try Self.publish(event, $0) }
  }

  static func publish(_ event: Event, _ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO event (release, body) VALUES (?, ?)",
      arguments: [event.release, try encode(event)])
  }

  /// The events after a number, oldest first.
  func events(after number: Int64, release: Int64?, limit: Int) throws -> [Event] {
    let condition = release == nil ? "" : "AND release = \(release ?? 0)"
    return try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT number, body FROM event WHERE number > ? \(condition) ORDER BY number LIMIT ?",
        arguments: [number, limit]
      ).map { row in
        var event: Event = try Self.decode(row["body"])
        event.number = row["number"]
        return event
      }
    }
  }

  /// The number of the last event; 0 before the first.
  func lastEvent() throws -> Int64 {
    try read { try Int64.fetchOne($0, sql: "SELECT max(number) FROM event") ?? 0 }
  }
}
