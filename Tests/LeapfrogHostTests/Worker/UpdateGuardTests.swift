import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// No update without a verified backup that this very migration made after it closed the site.
@Suite struct UpdateGuardTests {
  let pair: PairOnDisk
  let migration: SiteMigration

  init() throws {
    pair = try PairOnDisk()
    let layout = pair.layout
    let journal = try Journal(layout: layout, creates: true)
    let site = SiteSpec(
      name: "a.example.com",
      commands: SiteCommands(update: Command(shell: "touch \"$LEAPFROG_SITE_DATA/updated\"")))
    let spec = PairSpec(name: "acme", root: layout.root, sites: [site])
    let order = WorkOrder(kind: .upgrade, spec: spec, to: .green, actor: "tester")
    let plan = MigrationPlan(
      site: site, kind: .upgrade, steps: MigrationKind.upgrade.steps(), from: .blue, to: .green,
      backup: BackupStore.newID())
    let release = try journal.begin(order, from: .blue, plans: [plan])
    let record = try #require(try journal.migrations(of: release).first)
    try Files.makeDirectories(layout.site(site.name))
    migration = SiteMigration(
      layout: layout, order: order, record: record, journal: journal,
      jobs: Jobs(layout: layout, lock: nil, executable: JobSandbox.executable))
  }

  private var isUpdated: Bool { Files.exists("\(migration.data)/updated") }

  @Test func withoutABackupNothingRuns() throws {
    #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
    #expect(!isUpdated)
  }

  @Test func aBackupOfAnOpenSiteOrOfAnotherMigrationIsNotEnough() throws {
    for (hot, id) in [(true, migration.record.id), (false, migration.record.id + 1)] {
      try makeBackup(hot: hot, migration: id)
      #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
      #expect(!isUpdated)
    }
  }

  @Test func withItsBackupTheUpdateRunsOnce() throws {
    try makeBackup(hot: false, migration: migration.record.id)
    try UpdateStep().perform(migration)
    #expect(isUpdated)
    #expect(throws: Failure.self) { try UpdateStep().perform(migration) }
    #expect(try UpdateStep().probe(migration) == .done)
    try UpdateStep().undo(migration)
    #expect(!isUpdated)
  }

  private func makeBackup(hot: Bool, migration id: Int64) throws {
    let (site, backup) = (migration.site.name, migration.plan.backup)
    try migration.backups.firstPass(site: site, id: backup, data: migration.data, engine: nil)
    _ = try migration.backups.finish(
      site: site, id: backup, data: migration.data, engine: nil, hot: hot, migration: id,
      platform: .blue, ref: nil, commit: nil)
  }
}
