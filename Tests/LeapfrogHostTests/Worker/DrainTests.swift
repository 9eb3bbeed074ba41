import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Requests under way when a site is closed: they may end, and nobody waits longer than that.
@Suite struct DrainTests {
  private let disk: MigrationOnDisk

  init() throws {
    disk = try MigrationOnDisk(
      SiteSpec(name: "a.example.com", database: .sqlite(path: "a.sqlite")), drain: 1)
    try SQLiteClient(file, "CREATE TABLE t (x)").end()
  }

  private var file: String { "\(disk.migration.data)/a.sqlite" }
  private var isClosed: Bool { disk.migration.maintenance.isOn("a.example.com") }

  private func close() -> (failure: Failure?, took: Duration) {
    let begun = ContinuousClock.now
    do { try CloseStep().perform(disk.migration) } catch {
      return (Failure(error), ContinuousClock.now - begun)
    }
    return (nil, ContinuousClock.now - begun)
  }

  @Test func aQuietSiteIsClosedAtOnce() {
    let (failure, took) = close()
    #expect(failure == nil && isClosed && took < .milliseconds(200), "\(took)")
  }

  @Test func aRequestMayEnd() throws {
    let request = try SQLiteClient(file, "BEGIN IMMEDIATE; INSERT INTO t VALUES (1)", for: 0.4)
    let (failure, took) = close()
    #expect(failure == nil && isClosed, "\(failure as Any)")
    #expect(took > .milliseconds(150) && took < .milliseconds(950), "\(took)")
    request.end()
  }

  @Test func whoDoesNotEndIsNamedAndTheSiteOpensAgain() throws {
    let worker = try SQLiteClient(file, "BEGIN IMMEDIATE; INSERT INTO t VALUES ('canary')")
    let (failure, took) = close()
    let text = try #require(failure).message
    #expect(text.contains("process \(worker.pid) (python3)") && !text.contains("canary"), "\(text)")
    #expect(took > .milliseconds(950) && took < .seconds(3), "\(took)")
    try CloseStep().undo(disk.migration)
    #expect(!isClosed)
    worker.end()
  }
}
