import LeapfrogCore

/// Points the site's domains at the target platform by renaming one link.
struct FlipStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.live.flip(migration.site.name, to: migration.plan.to)
  }

  func probe(_ migration: SiteMigration) throws -> Probe {
    try migration.live.platform(of: migration.site.name) == migration.plan.to ? .done : .redo
  }

  func undo(_ migration: SiteMigration) throws {
    let now = try migration.live.platform(of: migration.site.name)
    guard now != migration.plan.from else { return }
    try migration.live.flip(migration.site.name, to: migration.plan.from)
  }
}
