import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Somebody removes the flag by hand while a migration is interrupted: visitors write, and nothing of
/// that is overwritten unasked.
@Suite struct ClosureTests {
  let disk: MigrationOnDisk

  init() throws {
    disk = try MigrationOnDisk(
      SiteSpec(
        name: "a.example.com",
        commands: SiteCommands(update: Command(shell: "echo new > \"$LEAPFROG_SITE_DATA/state\""))))
    try disk.write("old", "state")
    try CloseStep().perform(migration)
    try disk.makeBackup()
  }

  private var migration: SiteMigration { disk.migration }
  private var flag: String { migration.layout.maintenance(migration.site.name) }

  private func openByHand() throws {
    try Files.remove(flag)
    try disk.write("visitor", "upload")
  }

  @Test func noUpdateRunsOnASiteThatWasOpenSinceItsBackup() throws {
    try openByHand()
    #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
    #expect(throws: Failure.self) { try BackupStep().perform(migration) }
    #expect(throws: Failure.self) { try RestoreStep().perform(migration) }
    try UpdateStep().undo(migration)
    #expect(disk.read("state") == "old" && disk.read("upload") == "visitor")
    #expect(!migration.maintenance.isOn(migration.site.name))
  }

  @Test func aFlagOfAnotherMigrationIsNotOurs() throws {
    try Files.write(Array("{}".utf8), to: flag)
    #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
    #expect(throws: Failure.self) { try CloseStep().perform(migration) }
    try CloseStep().undo(migration)
    #expect(migration.maintenance.isOn(migration.site.name), "somebody else's flag stays")
  }

  @Test func afterAnUpdateTheBackupIsPutBackOnlyWhenSomebodyDecidesSo() throws {
    try UpdateStep().perform(migration)
    try openByHand()
    for _ in 0..<2 {
      // The second time as after a crash, with nothing about the first in the journal.
      let failure = try #require(
        #expect(throws: Failure.self) { try UpdateStep().undo(migration) })
      #expect(failure.kind == .stuck && failure.remedy == "leapfrog resume acme", "\(failure)")
      #expect(disk.read("state") == "new\n" && disk.read("upload") == "visitor")
      #expect(migration.maintenance.reason(migration.site.name)?.migration == migration.record.id)
    }
    try disk.mark(Mark(.update, .back, .intent), Mark(.update, .back, .failed))
    try UpdateStep().undo(migration)
    #expect(disk.read("state") == "old" && disk.read("upload") == nil)
    let kept = try Files.names(in: migration.aside)
      .filter { Files.exists("\(migration.aside)/\($0)/upload") }
    #expect(!kept.isEmpty, "what visitors wrote is kept")
  }

  @Test func anotherRemovalOfTheFlagIsAnotherDecision() throws {
    try UpdateStep().perform(migration)
    try disk.mark(Mark(.update, .back, .intent), Mark(.update, .back, .failed))
    try openByHand()
    #expect(throws: Failure.self) { try UpdateStep().undo(migration) }
    #expect(disk.read("upload") == "visitor")
  }

  /// A check of the new code may have written, though there was no update to run.
  @Test func whatACheckMayHaveTouchedIsNotCalledUntouched() throws {
    try disk.mark(Mark(.check, .forward, .intent))
    try openByHand()
    #expect(throws: Failure.self) { try UpdateStep().undo(migration) }
  }
}
