import Foundation
import LeapfrogCore

/// Closes the site to visitors, then stops what else writes.
struct CloseStep: Step {
  func perform(_ migration: SiteMigration) throws {
    if !migration.maintenance.isOn(migration.site.name) {
      try migration.maintenance.close(reason(migration))
    }
    guard let from = migration.plan.from else { return }
    try migration.app(on: from).run(migration.site.commands.close, as: "close")
  }

  func undo(_ migration: SiteMigration) throws {
    if let from = migration.plan.from {
      try migration.app(on: from).run(
        migration.site.commands.open, as: "reopen", keepsDaemons: true)
    }
    try migration.maintenance.open(migration.site.name)
  }

  private func reason(_ migration: SiteMigration) -> Maintenance.Reason {
    Maintenance.Reason(
      site: migration.site.name, migration: migration.record.id, since: Date(),
      text: Journal.title(of: migration.order))
  }
}
