import Foundation
import GRDB
import LeapfrogCore

/// A release as the journal has it.
struct ReleaseRecord: Sendable {
  var id: Int64
  var order: WorkOrder
  /// The platform that the work leads away from; nil for a new pair.
  var from: PlatformName?
  var state: ReleaseStatus.State
  var reason: String?
  var control: ControlParams.Action?
  var started: Date
  var finished: Date?

  init(_ row: Row) throws {
    id = row["id"]
    order = try Journal.decode(row["work"])
    from = try (row["source"] as String?).map(Journal.known)
    state = try Journal.known(row["state"])
    reason = row["reason"]
    control = try (row["control"] as String?).map(Journal.known)
    started = Date(timeIntervalSince1970: row["started"])
    finished = (row["finished"] as Double?).map(Date.init(timeIntervalSince1970:))
  }
}

extension Journal {
  /// Begins a release with all its planned migrations, in one transaction with the request for it.
  func begin(
    _ order: WorkOrder, from: PlatformName?, plans: [MigrationPlan], for entrant: Entrant? = nil,
    request: String? = nil
  ) throws -> Int64 {
    let (work, now) = (try Self.encode(order), Date().timeIntervalSince1970)
    return try write("release.begin") { database in
      try Self.enter(entrant, for: order, database)
      try database.execute(
        sql: "INSERT INTO release (work, source, state, started) VALUES (?, ?, 'running', ?)",
        arguments: [work, from?.rawValue, now])
      let release = database.lastInsertedRowID
      for plan in plans { try Self.insert(plan, release: release, database) }
      try Self.note(request, release, database)
      try Self.publish(
        Event(release: release, kind: .releaseStarted, text: Self.title(of: order)), database)
      return release
    }
  }

  /// A backup changes nothing that anybody decides on, so the decisions of others stay as they are.
  private static func enter(
    _ entrant: Entrant?, for order: WorkOrder, _ database: Database
  ) throws {
    guard let entrant else { return }
    guard order.kind != .backup else {
      return try verify(entrant.claim, pair: entrant.pair, database)
    }
    try raiseFence(for: entrant, database)
    guard [.upgrade, .rollback, .`init`].contains(order.kind) else { return }
    try endPlan(for: entrant.claim, database)
  }

  /// What an order is, in a few words.
  static func title(of order: WorkOrder) -> String {
    let ref = order.ref.map { " to \($0)" } ?? ""
    return "\(order.kind.rawValue) of \(order.spec.name)\(ref)"
  }

  /// The release of that number.
  func release(_ id: Int64) throws -> ReleaseRecord? {
    try read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM release WHERE id = ?", arguments: [id])
        .map(ReleaseRecord.init)
    }
  }

  /// The newest releases, newest first.
  ///
  /// - Parameter kind: of what kind; nil for all.
  func releases(limit: Int, kind: OrderKind? = nil) throws -> [ReleaseRecord] {
    let condition = kind == nil ? "" : "WHERE json_extract(work, '$.kind') = :kind"
    return try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM release \(condition) ORDER BY id DESC LIMIT :limit",
        arguments: kind.map { ["kind": $0.rawValue, "limit": limit] } ?? ["limit": limit]
      ).map(ReleaseRecord.init)
    }
  }

  /// The last upgrade, however many other releases came after it; nil before the first.
  func lastUpgrade() throws -> ReleaseRecord? { try releases(limit: 1, kind: .upgrade).first }

  /// Takes a release up again. What its worker was asked for counts no more, unless `obeys` says that
  /// nobody asks for anything else.
  func reopen(
    _ id: Int64, obeys: Bool = false, asking action: ControlParams.Action? = nil,
    for entrant: Entrant? = nil, request: String? = nil
  ) throws {
    try write("release.reopen") { database in
      try Self.raiseFence(for: entrant, database)
      try database.execute(
        sql: """
          UPDATE release SET state = 'running', finished = NULL,
            control = CASE WHEN ? THEN control ELSE ? END
          WHERE id = ?
          """,
        arguments: [obeys, action?.rawValue, id])
      try Self.note(request, id, database)
    }
  }

  /// Asks the worker of a release for something; it looks between two steps. One who was asked to abort is
  /// not asked for less.
  func ask(_ action: ControlParams.Action, of id: Int64, request: String? = nil) throws {
    try write("release.control") { database in
      try database.execute(
        sql: "UPDATE release SET control = ? WHERE id = ? AND control IS NOT 'abort'",
        arguments: [action.rawValue, id])
      try Self.note(request, id, database)
    }
  }

  /// How a release stands, by the journal alone.
  func state(of id: Int64) throws -> ReleaseStatus.State? {
    try read { database in
      try String.fetchOne(
        database, sql: "SELECT state FROM release WHERE id = ?", arguments: [id]
      ).map(Self.known)
    }
  }

  /// Asks the worker of a release to put one site back; it looks between two steps.
  func abort(_ migration: MigrationRecord, request: String? = nil) throws {
    try write("migration.control") { database in
      guard try JournalSchema.has(JournalSchema.decisionsAndControls, database) else {
        throw Failure.refused(
          "the worker of release \(migration.release) is of an older leapfrog, which can only abort the whole "
            + "release")
      }
      try database.execute(
        sql: "UPDATE migration SET control = 'abort' WHERE id = ?", arguments: [migration.id])
      try Self.note(request, migration.release, database)
    }
  }

  /// What the worker of a release was asked for.
  ///
  /// - Parameter migration: the migration that it is to be obeyed in; it can be aborted alone.
  func control(of id: Int64, in migration: Int64? = nil) throws -> ControlParams.Action? {
    try read { database in
      try String.fetchOne(
        database,
        sql: try JournalSchema.has(JournalSchema.decisionsAndControls, database)
          ? """
          SELECT coalesce((SELECT control FROM migration WHERE id = ?), control)
          FROM release WHERE id = ?
          """ : "SELECT coalesce(NULL AND ?, control) FROM release WHERE id = ?",
        arguments: [migration, id]
      ).map(Self.known)
    }
  }

  /// Ends, or interrupts, a release.
  func finish(_ id: Int64, _ state: ReleaseStatus.State, reason: String?) throws {
    let now = Date().timeIntervalSince1970
    try write("release.finish") { database in
      try database.execute(
        sql: "UPDATE release SET state = ?, reason = ?, finished = ? WHERE id = ?",
        arguments: [state.rawValue, reason, now, id])
      if try Self.kind(of: id, database) != .backup { try Self.raiseFenceAgain(database) }
      try Self.publish(
        Event(release: id, kind: .releaseFinished, text: reason, outcome: state.rawValue), database)
    }
  }

  private static func kind(of id: Int64, _ database: Database) throws -> OrderKind? {
    try String.fetchOne(
      database, sql: "SELECT json_extract(work, '$.kind') FROM release WHERE id = ?",
      arguments: [id]
    ).flatMap(OrderKind.init)
  }
}
