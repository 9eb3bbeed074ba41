import Foundation
import LeapfrogCore

/// Whether a site stayed closed from the step `close` on. Its backup is what it was before only as
/// long as nobody let visitors in.
struct Closure {
  let migration: SiteMigration

  private var name: String { migration.site.name }

  /// The flag, where it is the one that this migration set.
  private var flag: Maintenance.Reason? {
    migration.maintenance.reason(name).flatMap { $0.migration == migration.record.id ? $0 : nil }
  }

  /// - Throws: `Failure` when somebody opened the site since.
  func require() throws {
    guard migration.plan.steps.contains(.close), flag == nil else { return }
    throw Failure.failed(
      "\(name) was opened by hand during its \(migration.kind.rawValue), so visitors may have "
        + "written since; it is left as it is")
  }

  /// Looks whether the backup may be put back.
  ///
  /// - Returns: false where there is nothing to put back, since the site's data was not touched.
  /// - Throws: `Failure` of kind `stuck` when visitors may have written since the backup was made. The
  ///   site is closed again then, and the next attempt is somebody's decision.
  func permitsRestoring() throws -> Bool {
    if let flag, flag.failedUndos == nil { return true }
    let marks = try migration.journal.marks(of: migration.record.id)
    if flag == nil, try isUntouched(marks) { return false }
    let failed = marks.count { $0.direction == .back && $0.phase == .failed }
    if let decided = flag?.failedUndos, failed > decided { return true }
    if flag == nil { try closeAgain(failed) }
    throw doubt
  }

  /// Whether nothing of the new code has seen the site's data yet.
  private func isUntouched(_ marks: [Mark]) throws -> Bool {
    guard !Files.exists(migration.aside), !marks.contains(where: { $0.step == .check }) else {
      return false
    }
    return try migration.jobs.state(of: "m\(migration.record.id)-update") == .absent
  }

  private func closeAgain(_ failed: Int) throws {
    try migration.maintenance.close(
      Maintenance.Reason(
        site: name, migration: migration.record.id, since: Date(),
        text: "\(Journal.title(of: migration.order)); it was opened by hand meanwhile",
        failedUndos: failed))
  }

  private var doubt: Failure {
    .stuck(
      "\(name) was opened by hand during its \(migration.kind.rawValue), so visitors may have written "
        + "since its backup \(migration.plan.backup); it is closed again, and to resume puts the "
        + "backup in place and keeps what is there now in \(migration.aside)",
      remedy: "leapfrog resume \(migration.order.spec.name)")
  }
}
