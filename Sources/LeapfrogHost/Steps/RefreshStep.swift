import LeapfrogCore

/// Rebuilds what is tied to the code, such as caches, after the flip of an express migration. What
/// holds the code itself is started anew, so it may go on after the command, as with `open`.
struct RefreshStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.app(on: migration.plan.to).run(
      migration.site.commands.refresh, as: "refresh", keepsDaemons: true)
  }

  /// Takes the site back to its old platform before it rebuilds there: what visitors ask of the new
  /// code meanwhile would be kept again. A command that fails is told and keeps no site from going
  /// back.
  func undo(_ migration: SiteMigration) throws {
    guard let from = migration.plan.from else { return }
    try FlipStep().undo(migration)
    do {
      try migration.app(on: from).run(
        migration.site.commands.refresh, as: "unrefresh", keepsDaemons: true)
    } catch {
      try migration.journal.publish(
        Event(
          release: migration.record.release, kind: .stepFailed, site: migration.site.name,
          step: .refresh, text: "on \(from), after the way back: \(Failure(error).message)"))
    }
  }
}
