import LeapfrogCore

/// Asks the public address whether it answers as configured. A no needs a person: visitors are in.
struct ConfirmStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try SiteChecks(migration: migration, address: migration.order.spec.address).run()
  }
}
