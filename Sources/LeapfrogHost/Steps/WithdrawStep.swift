import LeapfrogCore

/// Takes a site away from the web server; its data and backups stay.
struct WithdrawStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.domains.disconnect(migration.site.name)
    try migration.live.flip(migration.site.name, to: nil)
    try migration.maintenance.open(migration.site.name)
  }

  func probe(_ migration: SiteMigration) throws -> Probe { .redo }
}
