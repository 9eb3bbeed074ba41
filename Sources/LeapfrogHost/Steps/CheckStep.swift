import LeapfrogCore

/// Asks the app whether anything is pending, and the preview whether it answers as configured.
struct CheckStep: Step {
  func perform(_ migration: SiteMigration) throws {
    let site = migration.site
    if try migration.app(on: migration.plan.to).pending() == .some {
      throw Failure.failed("\(site.name) still has updates pending on \(migration.plan.to)")
    }
    guard let address = migration.order.spec.preview else { return }
    for check in site.checks { try PageCheck.verify(check, of: site.name, at: address) }
  }
}
