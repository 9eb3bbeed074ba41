import LeapfrogCore

/// Starts again what `close` stopped, then lets visitors in. From here on only forward.
struct OpenStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.app(on: migration.plan.to).run(
      migration.site.commands.open, as: "open", keepsDaemons: true)
    guard migration.maintenance.isOn(migration.site.name) else { return }
    try migration.maintenance.open(migration.site.name)
  }

  func probe(_ migration: SiteMigration) throws -> Probe {
    let wasClosed = migration.plan.steps.contains(.close)
    return wasClosed && !migration.maintenance.isOn(migration.site.name) ? .done : .redo
  }

  /// Stops what a failed open may have started, before the data below it is put back.
  func undo(_ migration: SiteMigration) throws {
    guard migration.plan.steps.contains(.close) else { return }
    try migration.app(on: migration.plan.to).run(migration.site.commands.close, as: "reclose")
  }
}
