import LeapfrogCore

/// Copies the files while visitors notice nothing, so that the last pass has little left to do.
struct PrepareStep: Step {
  func perform(_ migration: SiteMigration) throws {
    try migration.backups.firstPass(
      site: migration.site.name, id: migration.plan.backup, data: migration.data,
      engine: migration.engine)
  }
}
