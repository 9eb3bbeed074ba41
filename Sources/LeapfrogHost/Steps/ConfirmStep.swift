import LeapfrogCore

/// Asks the public address whether it answers as configured. A no needs a person, because visitors
/// are in; a site that was never closed goes back.
struct ConfirmStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try SiteChecks(migration: migration, address: migration.order.spec.address).run()
  }
}
