import Foundation
import GRDB
import LeapfrogCore

/// What was decided for the pair's code, by whom and when: a release of several hosts is decided once, and
/// reaches them one after the other. The table has two rows at most: the latest decision that was begun here,
/// and the release that is planned and not begun here.
///
/// Decisions are compared by their stamps, never by the ancestry of commits: the way to an older commit is a
/// decision like any other.
extension Journal {
  private enum Kind: String { case begun, planned }

  /// Seconds after which a plan that nobody has begun counts no more.
  private static let planLasts = 7 * 86400.0

  /// The stamp of the latest decision that this host has heard of; nil before the first.
  func decided() throws -> Int64? {
    let last = try lastUpgrade()?.order.stamp
    let known = try read { database in
      guard try Self.hasDecisions(database) else { return nil as Int64? }
      return try Int64.fetchOne(
        database, sql: "SELECT max(stamp) FROM decision WHERE \(Self.isValid)",
        arguments: [Self.oldestPlan])
    }
    return [last, known].compactMap { $0 }.max()
  }

  /// A stamp for what is decided now, later than every decision that this host has heard of.
  func nextStamp() throws -> Int64 {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    return max(now, try decided().map { $0 < .max ? $0 + 1 : $0 } ?? now)
  }

  /// The release that is planned and not begun here; nil where there is none, or it has expired.
  func planned() throws -> PlannedRelease? { try read { try Self.planned($0)?.release } }

  /// Takes note of a planned release; nothing else changes, and nobody is kept from anything.
  ///
  /// - Returns: the release of another run whose place it takes.
  /// - Throws: `Failure` of kind `refused` when what it was decided on is not true any more.
  func plan(_ release: PlannedRelease, _ claim: Claim, pair: String) throws -> PlannedRelease? {
    try write("plan") { database in
      try Self.verify(claim, pair: pair, database)
      guard try Self.hasDecisions(database) else { return nil }
      let old = try Self.planned(database)
      let entrant = Entrant(
        pair: pair, claim: claim, actor: release.actor, what: "upgrade of \(pair) to \(release.ref)"
      )
      try Self.note(.planned, entrant, plan: try Self.encode(release), database)
      return old.flatMap { $0.token == claim.token ? nil : $0.release }
    }
  }

  /// Forgets what a run has planned.
  func unplan(_ claim: Claim) throws {
    try write("unplan") { database in
      guard try Self.hasDecisions(database) else { return }
      try database.execute(
        sql: "DELETE FROM decision WHERE kind = 'planned' AND token = ?", arguments: [claim.token])
    }
  }

  /// Forgets the plan that a release fulfils, or takes the place of.
  static func endPlan(for claim: Claim, _ database: Database) throws {
    guard let stamp = claim.stamp, try hasDecisions(database) else { return }
    try database.execute(
      sql: "DELETE FROM decision WHERE kind = 'planned' AND (token = ? OR stamp <= ?)",
      arguments: [claim.token, stamp])
  }

  static func noteDecision(of entrant: Entrant, _ database: Database) throws {
    try note(.begun, entrant, plan: nil, database)
  }

  private static func note(
    _ kind: Kind, _ entrant: Entrant, plan: String?, _ database: Database
  ) throws {
    guard let stamp = entrant.claim.stamp, try hasDecisions(database) else { return }
    try database.execute(
      sql: """
        INSERT INTO decision (kind, stamp, token, actor, what, time, plan) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (kind) DO UPDATE SET stamp = excluded.stamp, token = excluded.token,
          actor = excluded.actor, what = excluded.what, time = excluded.time, plan = excluded.plan
        WHERE excluded.stamp >= stamp OR NOT \(isValid)
        """,
      arguments: [
        kind.rawValue, stamp, entrant.claim.token, entrant.actor, entrant.what,
        Date().timeIntervalSince1970, plan, oldestPlan,
      ])
  }

  /// Refuses what was decided before something that this host has heard of from another run.
  static func verifyStamp(_ claim: Claim, pair: String, _ database: Database) throws {
    guard let stamp = claim.stamp, try hasDecisions(database) else { return }
    let later = try Row.fetchOne(
      database,
      sql: """
        SELECT * FROM decision WHERE stamp > ? AND token <> ? AND \(isValid)
        ORDER BY stamp DESC LIMIT 1
        """,
      arguments: [stamp, claim.token, oldestPlan])
    guard let later else { return }
    let (what, actor): (String, String) = (later["what"], later["actor"])
    let time = Date(timeIntervalSince1970: later["time"]).formatted(.iso8601)
    throw Failure.refused(
      "\(pair) has a later decision: \(what), asked for by \(actor), known here since \(time)",
      remedy: "leapfrog status \(pair)")
  }

  private static func planned(_ database: Database) throws -> (
    release: PlannedRelease, token: String
  )? {
    guard try hasDecisions(database) else { return nil }
    let row = try Row.fetchOne(
      database, sql: "SELECT token, plan FROM decision WHERE kind = 'planned' AND \(isValid)",
      arguments: [oldestPlan])
    guard let row, let plan: String = row["plan"] else { return nil }
    return (try decode(plan), row["token"])
  }

  /// An older journal has no decisions until it is migrated.
  private static func hasDecisions(_ database: Database) throws -> Bool {
    try JournalSchema.has(JournalSchema.decisionsAndControls, database)
  }

  private static let isValid = "(kind = 'begun' OR time > ?)"

  private static var oldestPlan: Double { Date().timeIntervalSince1970 - planLasts }
}
