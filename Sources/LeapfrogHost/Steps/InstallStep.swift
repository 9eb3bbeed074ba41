import LeapfrogCore

/// Makes the data of a site that has none.
struct InstallStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.app(on: migration.plan.to).runOnce(
      migration.site.commands.install, as: "install")
  }

  func probe(_ migration: SiteMigration) throws -> Probe {
    try migration.app(on: migration.plan.to).outcome(
      migration.site.commands.install, as: "install")
  }

  /// The site had no data before, so what a failed install left is set aside whole.
  func undo(_ migration: SiteMigration) throws {
    guard try !Files.names(in: migration.data).isEmpty else { return }
    try Files.makeDirectory(migration.aside, mode: 0o700)
    for name in try Files.names(in: migration.data) {
      try Files.rename("\(migration.data)/\(name)", to: "\(migration.aside)/\(name)")
    }
  }
}
