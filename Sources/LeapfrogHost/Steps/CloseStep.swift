import Foundation
import LeapfrogCore

/// Closes the site to visitors, stops what else writes, and waits for the requests under way.
struct CloseStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try shut(migration)
    if let from = migration.plan.from {
      try migration.app(on: from).run(migration.site.commands.close, as: "close")
    }
    try Failpoint.around("close.drain") { try Drain(migration: migration).wait() }
  }

  func undo(_ migration: SiteMigration) throws {
    if let from = migration.plan.from {
      try migration.app(on: from).run(
        migration.site.commands.open, as: "reopen", keepsDaemons: true)
    }
    guard !isSomebodyElses(migration) else { return }
    try migration.maintenance.open(migration.site.name)
  }

  private func shut(_ migration: SiteMigration) throws {
    guard !isSomebodyElses(migration) else {
      throw Failure.refused(
        "\(migration.site.name) is in maintenance already: somebody put the flag there by hand",
        remedy: "rm \(migration.layout.maintenance(migration.site.name))")
    }
    guard !migration.maintenance.isOn(migration.site.name) else { return }
    try migration.maintenance.close(reason(migration))
  }

  /// Whether the site is closed, and not by this migration: then it stays so.
  private func isSomebodyElses(_ migration: SiteMigration) -> Bool {
    let name = migration.site.name
    return migration.maintenance.isOn(name)
      && migration.maintenance.reason(name)?.migration != migration.record.id
  }

  private func reason(_ migration: SiteMigration) -> Maintenance.Reason {
    Maintenance.Reason(
      site: migration.site.name, migration: migration.record.id, since: Date(),
      text: Journal.title(of: migration.order))
  }
}
