import LeapfrogCore

/// Asks the public address whether it answers as configured. A no needs a person: visitors are in.
struct ConfirmStep: Step {
  func perform(_ migration: SiteMigration) throws {
    guard let check = migration.site.check, let address = migration.order.spec.address else {
      return
    }
    try PageCheck.verify(check, of: migration.site.name, at: address)
  }
}
