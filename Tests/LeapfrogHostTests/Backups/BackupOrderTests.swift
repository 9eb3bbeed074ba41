import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Which backup is the newest: the journal knows, whatever the clock said.
@Suite struct BackupOrderTests {
  private let disk: MigrationOnDisk
  private let site = "a.example.com"

  init() throws { disk = try MigrationOnDisk(SiteSpec(name: "a.example.com")) }

  private var store: BackupStore { disk.migration.backups }

  /// Makes a backup at a time of the clock.
  private func make(_ id: String, at seconds: Double) throws {
    try store.firstPass(site: site, id: id, data: disk.migration.data, engine: nil)
    var manifest = try store.finish(
      site: site, id: id, data: disk.migration.data, engine: nil, hot: false, migration: nil,
      platform: .blue, ref: nil, commit: nil)
    manifest.made = Date(timeIntervalSince1970: seconds)
    let path = try disk.migration.layout.place(ofBackup: id, site: site).manifest
    try Files.write(try manifest.encoded(), to: path)
  }

  @Test func aClockThatWasSetBackDoesNotMakeABackupOlder() throws {
    try make("first", at: 2000)
    try make("second", at: 1000)
    try make("foreign", at: 1500)
    let known = ["second", "first"]
    #expect(
      try store.list(site: site, newestFirst: known).map(\.id) == ["second", "first", "foreign"])
    #expect(try store.list(site: site).map(\.id) == ["first", "foreign", "second"])
    let shown = try store.infos(site: site, needed: [], newestFirst: known)
    #expect(shown.map(\.id) == ["second", "first", "foreign"])
    let gone = try store.prune(site: site, keep: 1, needed: [], newestFirst: known)
    #expect(Set(gone) == ["first", "foreign"])
  }

  @Test func theJournalKnowsTheBackupsOfEveryMigrationThatWasBegun() throws {
    let journal = disk.migration.journal
    #expect(try journal.backups(of: site).isEmpty)
    try disk.mark(Mark(.prepare, .forward, .intent))
    #expect(try journal.backups(of: site) == [disk.migration.plan.backup])
  }
}
