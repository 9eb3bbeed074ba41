import LeapfrogCore

/// Rebuilds what is tied to the code, such as caches, after the flip of an express migration.
struct RefreshStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.app(on: migration.plan.to).run(migration.site.commands.refresh, as: "refresh")
  }

  /// The site is on its old platform again by then, or about to be: what is tied to that code is
  /// rebuilt there.
  func undo(_ migration: SiteMigration) throws {
    guard let from = migration.plan.from else { return }
    try migration.app(on: from).run(migration.site.commands.refresh, as: "unrefresh")
  }
}
