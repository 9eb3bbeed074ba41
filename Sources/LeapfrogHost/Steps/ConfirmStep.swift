import LeapfrogCore

/// Asks the public address whether it answers as configured. A no needs a person: visitors are in.
struct ConfirmStep: Step {
  func perform(_ migration: SiteMigration) throws {
    guard let address = migration.order.spec.address else { return }
    for check in migration.site.checks {
      try PageCheck.verify(check, of: migration.site.name, at: address)
    }
  }
}
