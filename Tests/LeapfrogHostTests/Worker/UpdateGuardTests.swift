import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// No update without a verified backup that this very migration made after it closed the site.
@Suite struct UpdateGuardTests {
  let disk: MigrationOnDisk

  init() throws {
    disk = try MigrationOnDisk(
      SiteSpec(
        name: "a.example.com",
        commands: SiteCommands(update: Command(shell: "touch \"$LEAPFROG_SITE_DATA/updated\""))))
    try CloseStep().perform(migration)
  }

  private var migration: SiteMigration { disk.migration }
  private var isUpdated: Bool { Files.exists("\(migration.data)/updated") }

  @Test func withoutABackupNothingRuns() throws {
    #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
    #expect(!isUpdated)
  }

  @Test func aBackupOfAnOpenSiteOrOfAnotherMigrationIsNotEnough() throws {
    for (hot, id) in [(true, migration.record.id), (false, migration.record.id + 1)] {
      try disk.makeBackup(hot: hot, migration: id)
      #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
      #expect(!isUpdated)
    }
  }

  @Test func withItsBackupTheUpdateRunsOnce() throws {
    try disk.makeBackup()
    try UpdateStep().perform(migration)
    #expect(isUpdated)
    #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
    #expect(try UpdateStep().probe(migration) == .done)
    try UpdateStep().undo(migration)
    #expect(!isUpdated)
  }
}
