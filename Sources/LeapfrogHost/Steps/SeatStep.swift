import Glibc
import LeapfrogCore

/// Links the site's data into the target platform, and its domains to the site.
struct SeatStep: Step {
  func perform(_ migration: SiteMigration) throws {
    if migration.kind == .add { try makeData(migration) }
    try migration.seat.take()
    try SameData(migration: migration).verify()
    try migration.domains.connect(migration.site, preview: migration.plan.to)
    try EnvironmentCheck(migration).verifyTarget()
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
    if migration.site.hasServer { try SiteClaim(of: migration).release() }
    // One that an operator has made says by its owner whom commands run as.
    guard let owner = FileStatus(migration.data)?.owner,
      owner == ((try? user(of: migration))?.uid ?? geteuid())
    else { return }
    _ = Files.removeDirectoryIfEmpty(migration.data)
  }

  private func makeData(_ migration: SiteMigration) throws {
    if !Files.exists(migration.data) { try Files.makeDirectory(migration.data, mode: 0o750) }
    // Also where a crash came between the two.
    guard let user = try user(of: migration), FileStatus(migration.data)?.owner == geteuid(),
      try Files.names(in: migration.data).isEmpty
    else { return }
    try system("give to \(user.name)", migration.data) {
      chown(migration.data, user.uid, user.gid)
    }
  }

  private func user(of migration: SiteMigration) throws -> JobUser? {
    guard geteuid() == 0 else { return nil }
    return try migration.site.user.map(JobUser.named)
  }
}
