import LeapfrogCore

/// Makes the data of a site that has none.
struct InstallStep: Step {
  func perform(_ migration: SiteMigration) throws {
    if migration.site.hasServer { try SiteClaim(of: migration).takeIfThere() }
    try refuseToOverwrite(migration)
    try migration.app(on: migration.plan.to).runOnce(
      migration.site.commands.install, as: "install")
  }

  /// A site can have all its data in a database that is in use, and no files: nothing of it is backed up
  /// yet, so nothing may be installed over it.
  private func refuseToOverwrite(_ migration: SiteMigration) throws {
    let name = migration.site.name
    guard !migration.site.commands.install.isNone,
      let counts = try? migration.engine?.counts(), counts.values.contains(where: { $0 > 0 })
    else { return }
    throw Failure.refused(
      "the database of \(name) holds rows, so the site is not new and nothing is installed; "
        + "put its files into \(migration.data) first, or at least an empty one")
  }

  func probe(_ migration: SiteMigration) throws -> Probe {
    try migration.app(on: migration.plan.to).outcome(
      migration.site.commands.install, as: "install")
  }

  /// The site had no data before, so what a failed install left is set aside whole.
  func undo(_ migration: SiteMigration) throws {
    let (data, aside) = (try DirectoryTree(migration.data), SetAside(migration.aside))
    for name in try data.names(in: .root) { try aside.take(TreePath(bytes: name), from: data) }
  }
}
