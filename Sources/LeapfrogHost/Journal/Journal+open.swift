import GRDB
import LeapfrogCore

/// A site that could neither move nor go back: a person has to look.
struct StuckSite: Sendable {
  var name: String
  /// The number of the release that left it so.
  var release: Int64
  /// Those whose code its way back needs, and its next attempt.
  var platforms: Set<PlatformName>
  /// Why it is stuck.
  var reason: String

  /// The refusal for one who wants to change it.
  func refusal(pair: String) -> Failure {
    .refused(
      "\(name) of \(pair) is stuck since release \(release): \(reason)",
      remedy: "leapfrog resume \(pair)")
  }
}

/// Releases that are not over. One at most is under way or was interrupted, and stands in the way of any
/// other. Any number of them are at rest: all that is left of these are stuck sites. They keep nobody from the
/// other sites, only from their own and from the code of the platforms that these need.
extension Journal {
  /// The releases that are running, were interrupted or left a site stuck, newest first.
  func openReleases() throws -> [ReleaseRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM release WHERE state IN ('running', 'interrupted', 'stuck') ORDER BY id DESC
          """
      ).map(ReleaseRecord.init)
    }
  }

  /// The release that has to be finished before another one begins.
  func unfinishedRelease() throws -> ReleaseRecord? {
    try openReleases().first { try !isAtRest($0) }
  }

  /// The open release that is meant where nobody names one.
  func openRelease() throws -> ReleaseRecord? {
    try unfinishedRelease() ?? openReleases().first
  }

  /// Whether nothing but stuck sites is left of a release.
  func isAtRest(_ release: ReleaseRecord) throws -> Bool {
    guard release.state == .stuck else { return false }
    return try !migrations(of: release.id).contains { $0.state == .running }
      && seated(of: release.id).isEmpty
  }

  /// The sites of releases that are at rest.
  func stuckSites() throws -> [StuckSite] {
    try openReleases().filter(isAtRest).flatMap { release in
      try migrations(of: release.id).filter { $0.state == .stuck }.map { record in
        StuckSite(
          name: record.plan.site.name, release: release.id,
          platforms: Set([record.plan.from, record.plan.to].compactMap { $0 }),
          reason: record.reason?.message ?? "its way back failed")
      }
    }
  }

  /// Whether a release that may have changed where sites are came after this one: what this one has not begun
  /// was decided on something that is not true any more.
  func isOvertaken(_ release: Int64) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM release
            WHERE id > ? AND json_extract(work, '$.kind') <> 'backup')
          """,
        arguments: [release]) ?? false
    }
  }

  /// The sites of a release that moved, were never closed, and were not unseated yet.
  func seated(of release: Int64) throws -> [MigrationRecord] {
    try migrations(of: release).filter { record in
      guard record.plan.kind == .express, record.state == .moved else { return false }
      return MigrationMachine(steps: record.plan.steps, marks: try marks(of: record.id))
        .awaitsUnseat
    }
  }

  /// The migrations that were begun and have not ended, of whatever release.
  func openMigrations() throws -> [MigrationRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM migration WHERE state IN ('running', 'stuck')"
      ).map(MigrationRecord.init)
    }
  }
}
