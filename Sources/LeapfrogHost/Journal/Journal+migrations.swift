import Foundation
import GRDB
import LeapfrogCore

/// What one site's migration will do, decided before it begins.
struct MigrationPlan: Codable, Sendable, Equatable {
  var site: SiteSpec
  var kind: MigrationKind
  var steps: [StepName]
  /// Where the site is; nil for one that the host does not have yet.
  var from: PlatformName?
  /// Where it goes.
  var to: PlatformName
  /// The id of the backup that the migration makes.
  var backup: String
  /// The backup that a rollback or restore is from.
  var source: String?

  /// The same passage as a migration that closes, backs up and updates the site.
  var inFull: MigrationPlan {
    MigrationPlan(
      site: site, kind: .upgrade, steps: MigrationKind.upgrade.steps(), from: from, to: to,
      backup: BackupStore.newID())
  }
}

/// A migration as the journal has it.
struct MigrationRecord: Sendable {
  /// How a migration stands or ended.
  enum State: String, Sendable {
    case waiting, running, moved, attention, back, stuck
    /// It could not go express, is back as it was, and another one of the same release follows.
    case superseded

    /// Whether it was begun and not ended.
    var isOpen: Bool { self == .running || self == .stuck }
  }

  var id: Int64
  var release: Int64
  var plan: MigrationPlan
  var state: State
  var reason: Failure?
  var closed: Date?
  var downtime: Double?

  /// The site of the plan, with its commands, which only the order has.
  func site(in order: WorkOrder) -> SiteSpec {
    order.spec.site(plan.site.name) ?? plan.site
  }

  init(_ row: Row) throws {
    id = row["id"]
    release = row["release"]
    plan = try Journal.decode(row["plan"])
    state = try Journal.known(row["state"])
    reason = try (row["reason"] as String?).map { try Journal.decode($0) }
    closed = (row["closed"] as Double?).map(Date.init(timeIntervalSince1970:))
    downtime = row["downtime"]
  }
}

extension Journal {
  static func insert(_ plan: MigrationPlan, release: Int64, _ database: Database) throws {
    var plan = plan
    // The order has them, once for all sites.
    plan.site.commands = SiteCommands()
    try database.execute(
      sql: "INSERT INTO migration (release, site, plan, state) VALUES (?, ?, ?, 'waiting')",
      arguments: [release, plan.site.name, try encode(plan)])
  }

  /// The migrations of a release, in their order.
  func migrations(of release: Int64) throws -> [MigrationRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM migration WHERE release = ? ORDER BY id", arguments: [release]
      ).map(MigrationRecord.init)
    }
  }

  /// How many sites of a release failed so far; one that answers wrongly after it was moved is one, and one
  /// that an operator has put back is none.
  func failures(of release: Int64) throws -> Int {
    try read { database in
      let hasControls = try JournalSchema.has(JournalSchema.decisionsAndControls, database)
      return try Int.fetchOne(
        database,
        sql: "SELECT count(*) FROM migration WHERE release = ? "
          + "AND state IN ('back', 'stuck', 'attention')"
          + (hasControls ? " AND (state <> 'back' OR control IS NULL)" : ""),
        arguments: [release]) ?? 0
    }
  }

  /// The last migration of each site that was begun.
  func lastMigrations() throws -> [MigrationRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM migration WHERE id IN
            (SELECT max(id) FROM migration WHERE state <> 'waiting' GROUP BY site)
          """
      ).map(MigrationRecord.init)
    }
  }

  /// The last migration that took a site to a platform by an upgrade.
  func lastUpgrade(of site: String, to platform: PlatformName) throws -> MigrationRecord? {
    try migrations(of: site, states: ["moved", "attention"]).first {
      $0.plan.kind == .upgrade && $0.plan.to == platform
    }
  }

  /// How a site came to be where it is; what happened to it before it was last added says nothing.
  func arrival(of site: String) throws -> MigrationRecord? {
    try migrations(of: site, states: ["moved", "attention"]).first {
      [.upgrade, .express, .rollback, .add, .remove].contains($0.plan.kind)
    }
  }

  /// The release that seated a site last; nil where the journal does not know.
  func origin(of site: String) throws -> SiteOrigin? {
    let added = try migrations(of: site, states: ["moved", "attention"]).first {
      $0.plan.kind == .add
    }
    guard let added, let release = try release(added.release) else { return nil }
    return SiteOrigin(release: release.id, actor: release.order.actor, time: release.started)
  }

  /// A site's migrations in any of the states, newest first.
  func migrations(of site: String, states: [String]) throws -> [MigrationRecord] {
    let list = states.map { "'\($0)'" }.joined(separator: ", ")
    return try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT * FROM migration WHERE site = ? AND state IN (\(list)) ORDER BY id DESC",
        arguments: [site]
      ).map(MigrationRecord.init)
    }
  }

  /// The backups that were made or begun of a site, newest first: the journal knows the order, and a
  /// clock that was set back does not.
  func backups(of site: String) throws -> [String] {
    try migrations(of: site, states: ["running", "moved", "attention", "back", "stuck"])
      .map(\.plan.backup)
  }

  /// The marks of a migration, oldest first.
  func marks(of migration: Int64) throws -> [Mark] {
    try read { database in
      try String.fetchAll(
        database, sql: "SELECT body FROM mark WHERE migration = ? ORDER BY id",
        arguments: [migration]
      ).map { try Self.decode($0) }
    }
  }

  /// Writes marks, and what they mean for visitors and for the one who follows, in one transaction.
  func record(
    _ marks: [Mark], of migration: MigrationRecord, events: [Event], flipped: PlatformName??
  )
    throws
  {
    let name = marks.map { "\($0.step.rawValue).\($0.direction.rawValue).\($0.phase.rawValue)" }
      .first
    try write(name ?? "mark") { database in
      for mark in marks { try Self.insert(mark, of: migration.id, database) }
      for event in events { try Self.publish(event, database) }
      if let flipped { try Self.place(migration.plan.site.name, on: flipped, database) }
      try database.execute(
        sql:
          "UPDATE migration SET state = 'running' WHERE id = ? AND state IN ('waiting', 'stuck')",
        arguments: [migration.id])
    }
  }

  private static func insert(_ mark: Mark, of migration: Int64, _ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO mark (migration, time, body) VALUES (?, ?, ?)",
      arguments: [migration, Date().timeIntervalSince1970, try encode(mark)])
  }

  private static func place(_ site: String, on platform: PlatformName?, _ database: Database) throws
  {
    try database.execute(
      sql: "INSERT INTO site (name, platform) VALUES (?, ?) "
        + "ON CONFLICT (name) DO UPDATE SET platform = excluded.platform",
      arguments: [site, platform?.rawValue])
  }

  /// Takes over where the sites are, for a journal that begins anew.
  func adopt(_ places: [String: PlatformName]) throws {
    try write("adopt") { database in
      for (site, platform) in places { try Self.place(site, on: platform, database) }
    }
  }

  /// Where the journal says that each site is.
  func places() throws -> [String: PlatformName] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT name, platform FROM site WHERE platform IS NOT NULL")
        .reduce(into: [:]) { $0[$1["name"]] = try Self.known($1["platform"]) as PlatformName }
    }
  }

  /// Ends an express migration that found data to update, and plans the one in full that follows it, in
  /// one transaction.
  func supersede(_ migration: MigrationRecord, by plan: MigrationPlan, reason: Failure) throws {
    let text = try Self.encode(reason)
    let event = Event(
      release: migration.release, kind: .siteFinished, site: migration.plan.site.name,
      text: reason.description, downtime: 0, outcome: MigrationRecord.State.superseded.rawValue)
    try write("migration.supersede") { database in
      try database.execute(
        sql: "UPDATE migration SET state = 'superseded', reason = ?, downtime = 0 "
          + "WHERE id = ? AND state <> 'superseded'",
        arguments: [text, migration.id])
      // Asked for again when the end of the last attempt was not seen.
      guard database.changesCount > 0 else { return }
      try Self.insert(plan, release: migration.release, database)
      try Self.publish(event, database)
    }
  }

  /// The migration that follows a superseded one; nil where it was begun already.
  func successor(of migration: MigrationRecord) throws -> MigrationRecord? {
    try migrations(of: migration.plan.site.name, states: ["waiting"]).first {
      $0.release == migration.release && $0.id > migration.id
    }
  }

  /// How long each site was closed when it was last, in seconds.
  func lastDowntimes() throws -> [String: Double] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT site, downtime FROM migration WHERE id IN
            (SELECT max(id) FROM migration WHERE downtime > 0 GROUP BY site)
          """
      ).reduce(into: [:]) { $0[$1["site"]] = $1["downtime"] }
    }
  }

  /// Ends a migration.
  func finish(
    _ migration: MigrationRecord, _ state: MigrationRecord.State, reason: Failure?,
    downtime: Double?
  ) throws {
    let text = try reason.map(Self.encode)
    let event = Event(
      release: migration.release, kind: .siteFinished, site: migration.plan.site.name,
      text: reason?.description, downtime: downtime, outcome: state.rawValue)
    try write("migration.finish") { database in
      try database.execute(
        sql: "UPDATE migration SET state = ?, reason = ?, downtime = ? WHERE id = ?",
        arguments: [state.rawValue, text, downtime, migration.id])
      try Self.publish(event, database)
    }
  }
}
