import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// An upgrade of one site, journalled and not begun, for tests of single steps.
struct MigrationOnDisk {
  let pair: PairOnDisk
  let migration: SiteMigration

  init(_ site: SiteSpec, drain: Int = 10) throws {
    pair = try PairOnDisk()
    let layout = pair.layout
    let journal = try Journal(layout: layout, creates: true)
    let spec = PairSpec(name: "acme", root: layout.root, drain: drain, sites: [site])
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

  /// Writes marks as the driver does.
  func mark(_ marks: Mark...) throws {
    try migration.journal.record(marks, of: migration.record, events: [], flipped: nil)
  }

  func makeBackup(hot: Bool = false, migration id: Int64? = nil) throws {
    let (site, backup) = (migration.site.name, migration.plan.backup)
    try migration.backups.firstPass(
      site: site, id: backup, data: migration.data, engine: migration.engine)
    _ = try migration.backups.finish(
      site: site, id: backup, data: migration.data, engine: migration.engine, hot: hot,
      migration: id ?? migration.record.id, platform: .blue, ref: nil, commit: nil)
  }

  func write(_ text: String, _ name: String) throws {
    let path = "\(migration.data)/\(name)"
    try? Files.remove(path)
    try Files.create(Array(text.utf8), at: path)
  }

  func read(_ name: String) -> String? {
    (try? Files.read("\(migration.data)/\(name)")).map { String(decoding: $0, as: UTF8.self) }
  }
}
