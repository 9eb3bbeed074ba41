import LeapfrogCore

/// Takes a site away from the web server by removing one link; its data and backups stay.
struct WithdrawStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.live.flip(migration.site.name, to: nil)
  }

  func probe(_ migration: SiteMigration) throws -> Probe {
    try migration.live.platform(of: migration.site.name) == nil ? .done : .redo
  }

  func undo(_ migration: SiteMigration) throws {
    guard try migration.live.platform(of: migration.site.name) == nil else { return }
    try migration.live.flip(migration.site.name, to: migration.plan.from)
  }
}
