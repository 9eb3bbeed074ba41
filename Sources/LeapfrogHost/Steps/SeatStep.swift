import Glibc
import LeapfrogCore

/// Links the site's data into the target platform, and its domains to the site.
struct SeatStep: Step {
  func perform(_ migration: SiteMigration) throws {
    if migration.kind == .add { try makeData(migration) }
    try migration.seat.take()
    try migration.domains.connect(migration.site, preview: migration.plan.to)
  }

  func undo(_ migration: SiteMigration) throws {
    guard let from = migration.plan.from else { return try undoAdding(migration) }
    try letRequestsEnd(migration)
    if from != migration.plan.to { try migration.seat.leave() }
    try migration.domains.preview(migration.site, on: from)
  }

  /// A site that was never closed has requests under way on the platform that it was flipped to.
  private func letRequestsEnd(_ migration: SiteMigration) throws {
    guard migration.kind == .express,
      try migration.journal.marks(of: migration.record.id).contains(Mark(.flip, .forward, .intent))
    else { return }
    Grace(seconds: migration.order.spec.drain).wait()
  }

  private func undoAdding(_ migration: SiteMigration) throws {
    try migration.seat.leave()
    try migration.domains.disconnect(migration.site.name)
    _ = Files.removeDirectoryIfEmpty(migration.data)
  }

  private func makeData(_ migration: SiteMigration) throws {
    guard !Files.exists(migration.data) else { return }
    try Files.makeDirectory(migration.data, mode: 0o750)
    guard let name = migration.site.user, geteuid() == 0 else { return }
    let user = try JobUser.named(name)
    try system("give to \(name)", migration.data) { chown(migration.data, user.uid, user.gid) }
  }
}
