import LeapfrogCore

/// Removes the site's links from the platform it left, and what retention lets go; of a site that
/// was withdrawn, its domains and its flag too.
struct UnseatStep: Step {
  func perform(_ migration: SiteMigration) throws {
    guard let from = migration.plan.from else { return }
    try Seat(layout: migration.layout, site: migration.site, platform: from).leave()
    guard migration.kind != .remove else { return try forget(migration) }
    try migration.domains.disconnect(migration.site.name, keeping: migration.site.domains)
    // The site has moved: what cannot be given back today can be after the next release.
    try? SiteClaim(of: migration).settle()
    try Retention(migration: migration).prune()
  }

  private func forget(_ migration: SiteMigration) throws {
    try migration.domains.disconnect(migration.site.name)
    try migration.maintenance.open(migration.site.name)
    try SiteClaim(of: migration).release()
  }
}
