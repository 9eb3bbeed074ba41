import Foundation
import GRDB
import LeapfrogCore

extension Journal {
  /// How many releases a request is remembered for; nobody asks for an answer that long.
  private static let requestsKept: Int64 = 100

  /// What a request led to; nil when it never came.
  func answer(to request: String) throws -> WorkStarted? {
    try read { database in
      guard try JournalSchema.has(JournalSchema.fencesAndRequests, database) else { return nil }
      return try Row.fetchOne(
        database, sql: "SELECT release, after FROM request WHERE id = ?", arguments: [request]
      ).map { WorkStarted(release: $0["release"], attached: false, after: $0["after"]) }
    }
  }

  /// Notes that a request was answered with what is under way.
  func note(_ request: String, _ answer: WorkStarted) throws {
    try write("request") { database in
      try Self.note(request, answer.release, after: answer.after, database)
    }
  }

  /// Notes a request in the transaction that does what it asks.
  static func note(_ request: String?, _ release: Int64, _ database: Database) throws {
    guard let request, try JournalSchema.has(JournalSchema.fencesAndRequests, database) else {
      return
    }
    let last = try Int64.fetchOne(database, sql: "SELECT max(number) FROM event") ?? 0
    try note(request, release, after: last, database)
    try database.execute(
      sql: "DELETE FROM request WHERE release <= ?", arguments: [release - requestsKept])
  }

  private static func note(
    _ request: String, _ release: Int64, after: Int64, _ database: Database
  ) throws {
    guard try JournalSchema.has(JournalSchema.fencesAndRequests, database) else { return }
    try database.execute(
      sql: "INSERT OR IGNORE INTO request (id, release, after, time) VALUES (?, ?, ?, ?)",
      arguments: [request, release, after, Date().timeIntervalSince1970])
  }

  /// Whether nothing has happened in a release since it was asked for, though it is to run.
  func isUnbegun(_ started: WorkStarted) throws -> Bool {
    guard try state(of: started.release) == .running else { return false }
    return try events(after: started.after, release: started.release, limit: 2)
      .allSatisfy { $0.kind == .releaseStarted }
  }
}
