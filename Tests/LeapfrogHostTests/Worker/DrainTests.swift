import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Requests under way when a site is closed: they may end, and nobody waits longer than that.
@Suite struct DrainTests {
  private func makeDisk(drain: Int) throws -> MigrationOnDisk {
    let disk = try MigrationOnDisk(
      SiteSpec(name: "a.example.com", database: .sqlite(path: "a.sqlite")), drain: drain)
    try SQLiteClient(file(disk), "CREATE TABLE t (x)").end()
    return disk
  }

  private func file(_ disk: MigrationOnDisk) -> String { "\(disk.migration.data)/a.sqlite" }

  private func isClosed(_ disk: MigrationOnDisk) -> Bool {
    disk.migration.maintenance.isOn("a.example.com")
  }

  private func close(_ migration: SiteMigration) -> (failure: Failure?, took: Duration) {
    let begun = ContinuousClock.now
    do { try CloseStep().perform(migration) } catch {
      return (Failure(error), ContinuousClock.now - begun)
    }
    return (nil, ContinuousClock.now - begun)
  }

  @Test func aQuietSiteIsClosedAtOnce() throws {
    let disk = try makeDisk(drain: 300)
    let (failure, took) = close(disk.migration)
    #expect(failure == nil && isClosed(disk) && took < .seconds(30), "\(took)")
  }

  @Test func aRequestMayEnd() throws {
    let disk = try makeDisk(drain: 300)
    let request = try SQLiteClient(file(disk), "BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
    let migration = disk.migration
    let closing = Background { close(migration) }
    #expect(eventually { isClosed(disk) })
    #expect(!closing.hasEnded(within: 0.5))
    request.end()
    let (failure, took) = try closing.outcome().get()
    #expect(failure == nil && isClosed(disk), "\(failure as Any)")
    #expect(took < .seconds(60), "\(took)")
  }

  @Test func whoDoesNotEndIsNamedAndTheSiteOpensAgain() throws {
    let disk = try makeDisk(drain: 1)
    let worker = try SQLiteClient(file(disk), "BEGIN IMMEDIATE; INSERT INTO t VALUES ('canary')")
    let (failure, took) = close(disk.migration)
    let text = try #require(failure).message
    #expect(text.contains("process \(worker.pid) (python3)") && !text.contains("canary"), "\(text)")
    #expect(took > .milliseconds(950) && took < .seconds(30), "\(took)")
    try CloseStep().undo(disk.migration)
    #expect(!isClosed(disk))
    worker.end()
  }
}
