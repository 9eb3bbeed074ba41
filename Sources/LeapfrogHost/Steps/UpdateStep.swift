import LeapfrogCore

/// Runs the app's update on the target platform: once, and only with a verified backup.
struct UpdateStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try Closure(migration: migration).require()
    _ = try VerifiedBackup(of: migration)
    try migration.app(on: migration.plan.to).runOnce(migration.site.commands.update, as: "update")
  }

  func probe(_ migration: SiteMigration) throws -> Probe {
    try migration.app(on: migration.plan.to).outcome(migration.site.commands.update, as: "update")
  }

  func undo(_ migration: SiteMigration) throws {
    guard try Closure(migration: migration).permitsRestoring() else { return }
    try VerifiedBackup(of: migration).restore(migration)
  }
}
