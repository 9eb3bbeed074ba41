import LeapfrogCore

/// Removes the site's links from the platform it left, and what retention lets go.
struct UnseatStep: Step {
  func perform(_ migration: SiteMigration) throws {
    guard let from = migration.plan.from else { return }
    try Seat(layout: migration.layout, site: migration.site, platform: from).leave()
    guard migration.kind != .remove else { return }
    try migration.domains.disconnect(migration.site.name, keeping: migration.site.domains)
    try Retention(migration: migration).prune()
  }
}
