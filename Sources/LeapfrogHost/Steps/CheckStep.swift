import LeapfrogCore

/// Asks the app whether anything is pending, and the preview whether it answers as configured.
struct CheckStep: Step {
  func perform(_ migration: SiteMigration) throws {
    let site = migration.site
    if try migration.app(on: migration.plan.to).pending() == .some {
      throw migration.mayBeSuperseded
        ? UpdatesPending(site: site.name, platform: migration.plan.to) as any Error
        : Failure.failed("\(site.name) still has updates pending on \(migration.plan.to)")
    }
    guard let address = migration.order.spec.preview else { return }
    for check in site.checks { try PageCheck.verify(check, of: site.name, at: address) }
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
