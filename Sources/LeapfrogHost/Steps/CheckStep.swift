import LeapfrogCore

/// Asks the app whether anything is pending and whether it works, and the preview whether it answers
/// as configured.
struct CheckStep: Step {
  func perform(_ migration: SiteMigration) throws {
    let (site, platform) = (migration.site, migration.plan.to)
    if migration.kind == .add, site.hasServer { try SiteClaim(of: migration).takeIfThere() }
    let app = migration.app(on: platform)
    if try app.pending() == .some {
      throw migration.mayBeSuperseded
        ? UpdatesPending(site: site.name, platform: platform) as any Error
        : Failure.failed("\(site.name) still has updates pending on \(platform)")
    }
    try app.run(site.commands.status, as: "status")
    try SiteChecks(migration: migration, address: migration.order.spec.preview).run()
  }
}

/// The app has updates to make although its code said that there are none: the site has to be
/// migrated in full.
struct UpdatesPending: Error {
  let failure: Failure

  init(site: String, platform: PlatformName) {
    failure = .failed(
      "\(site) has updates pending on \(platform) that its code did not show, so it is migrated in full"
    )
  }
}
