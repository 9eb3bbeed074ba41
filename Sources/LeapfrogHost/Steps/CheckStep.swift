import LeapfrogCore

/// Asks the app whether anything is pending and whether it works, and the preview whether it answers
/// as configured.
struct CheckStep: Step {
  func perform(_ migration: SiteMigration) throws {
    let (site, platform) = (migration.site, migration.plan.to)
    let app = migration.app(on: platform)
    if try app.pending() == .some {
      throw Failure.failed("\(site.name) still has updates pending on \(platform)")
    }
    try app.run(site.commands.status, as: "status")
    try SiteChecks(migration: migration, address: migration.order.spec.preview).run()
  }
}
