import Foundation
import GRDB
import LeapfrogCore

extension Journal {
  /// The number of the newest fence; 0 before the first.
  func fence() throws -> Int64 {
    try read { database in
      guard try JournalSchema.has(JournalSchema.fencesAndRequests, database) else { return 0 }
      return try Int64.fetchOne(database, sql: "SELECT max(number) FROM fence") ?? 0
    }
  }

  /// Raises the fence for one who holds the lock, so that what others decided before is known to be old.
  ///
  /// - Throws: `Failure` of kind `refused` when the entrant's own decision is.
  func raiseFence(for entrant: Entrant) throws {
    try write("fence") { try Self.raiseFence(for: entrant, $0) }
  }

  /// Raises it in the transaction of a change that the journal has: who sees the new number sees the
  /// change, too.
  static func raiseFence(for entrant: Entrant?, _ database: Database) throws {
    guard let entrant else { return }
    try verify(entrant.claim, pair: entrant.pair, database)
    let now = Date().timeIntervalSince1970
    // A journal that was begun anew never gives a number again that the lost one gave.
    try database.execute(
      sql: """
        INSERT INTO fence (number, token, actor, what, time)
        VALUES (CASE WHEN EXISTS (SELECT 1 FROM fence) THEN NULL ELSE ? END, ?, ?, ?, ?)
        """,
      arguments: [Int64(now), entrant.claim.token, entrant.actor, entrant.what, now])
    try noteDecision(of: entrant, database)
  }

  /// Raises it once more for the one who did so last: what was seen in the middle of that is old now.
  static func raiseFenceAgain(_ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO fence (token, actor, what, time)
        SELECT token, actor, what, ? FROM fence ORDER BY number DESC LIMIT 1
        """,
      arguments: [Date().timeIntervalSince1970])
  }

  func raiseFenceAgain() throws { try write("fence") { try Self.raiseFenceAgain($0) } }

  /// Refuses what was decided on a status that is not true any more.
  func verify(_ claim: Claim, pair: String) throws {
    try read { try Self.verify(claim, pair: pair, $0) }
  }

  static func verify(_ claim: Claim, pair: String, _ database: Database) throws {
    try verifyFence(claim, pair: pair, database)
    try verifyStamp(claim, pair: pair, database)
  }

  private static func verifyFence(_ claim: Claim, pair: String, _ database: Database) throws {
    guard let seen = claim.fence,
      try JournalSchema.has(JournalSchema.fencesAndRequests, database)
    else { return }
    let newest = try Row.fetchOne(database, sql: "SELECT * FROM fence ORDER BY number DESC LIMIT 1")
    guard seen != newest?["number"] ?? 0, claim.token != newest?["token"] else { return }
    throw Failure.refused(
      "\(pair) has changed meanwhile: \(newest.map(change) ?? "its journal was begun anew")",
      remedy: "leapfrog status \(pair)")
  }

  private static func change(_ fence: Row) -> String {
    let (what, actor): (String, String) = (fence["what"], fence["actor"])
    let since = Date(timeIntervalSince1970: fence["time"]).formatted(.iso8601)
    return "\(what), asked for by \(actor), since \(since)"
  }
}
