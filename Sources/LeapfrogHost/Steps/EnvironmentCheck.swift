import LeapfrogCore

/// Asks the app of a site that is still open whether it works without the variables that its commands got
/// so far and do not get any more. That a release changes them is seldom, and most often nothing is asked.
struct EnvironmentCheck {
  private let migration: SiteMigration
  /// The names of those variables.
  let dropped: [String]

  init(_ migration: SiteMigration) throws {
    self.migration = migration
    let isAsked =
      [.upgrade, .express].contains(migration.kind) && migration.order.spec.environment != nil
    dropped = isAsked ? try Self.dropped(migration) : []
  }

  private static func dropped(_ migration: SiteMigration) throws -> [String] {
    let (site, journal) = (migration.site.name, migration.journal)
    let arrival = try journal.arrival(of: site)
    let before = try arrival.flatMap { try journal.release($0.release)?.order.spec }
    return PassedVariables(migration.order.spec, site: site)
      .dropped(since: before.map { PassedVariables($0, site: site) })
  }

  /// Asks on the platform that the site is on.
  ///
  /// - Throws: `Failure` that names the variables, when the app does not work.
  func verifySource() throws {
    guard !dropped.isEmpty, let from = migration.plan.from else { return }
    let app = migration.app(on: from)
    try explaining {
      guard migration.site.commands.status.isNone else {
        return try app.run(migration.site.commands.status, as: "status")
      }
      _ = try app.pending()
    }
  }

  /// Asks on the platform that the site goes to, where it has a seat by now. An app with updates pending
  /// need not work before them, so then its `status` says nothing.
  ///
  /// - Throws: `Failure` that names the variables, when the app does not work.
  func verifyTarget() throws {
    let commands = migration.site.commands
    guard !dropped.isEmpty, migration.kind == .upgrade, !commands.pending.isNone else { return }
    let app = migration.app(on: migration.plan.to)
    try explaining {
      guard try app.pending() == .none else { return }
      try app.run(commands.status, as: "status")
    }
  }

  /// Adds to a failure what can be the cause of it.
  func explaining(_ body: () throws -> Void) throws {
    do { try body() } catch {
      guard !dropped.isEmpty else { throw error }
      var failure = Failure(error)
      failure.message +=
        "; its commands do not get \(dropped.joined(separator: ", ")) any more: what "
        + "it needs of these belongs into leapfrog.yml, as `environment: \(Self.list(dropped))`"
      throw failure
    }
  }

  /// As the configuration has it.
  static func list(_ names: [String]) -> String { "[\(names.joined(separator: ", "))]" }
}
