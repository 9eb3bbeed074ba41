import LeapfrogCore

/// Lets old backups go, and never one that a way back still needs.
struct Retention {
  let migration: SiteMigration

  func prune() throws {
    try migration.backups.prune(
      site: migration.site.name, keep: migration.order.spec.keepBackups,
      needed: Self.needed(of: migration.site.name, journal: migration.journal),
      newestFirst: migration.journal.backups(of: migration.site.name))
    // The site is open and all is well: what cannot be let go today can be another day.
    try? migration.engine?.pruneAside(olderThan: 30)
  }

  /// The backups of a site that a way back needs: of every migration that has not ended, and of the
  /// last one that took the site to each platform.
  static func needed(of site: String, journal: Journal) throws -> Set<String> {
    let open = try journal.migrations(of: site, states: ["running", "stuck"])
    let last = try PlatformName.allCases.compactMap { try journal.lastUpgrade(of: site, to: $0) }
    return Set((open + last).flatMap { [$0.plan.backup, $0.plan.source].compactMap { $0 } })
  }
}
