import Foundation
import Testing

/// A database whose owner has made it so that a look at it takes hours costs its own site, and no release.
@Suite struct EndlessDatabaseTests {
  private static let slow = "one.example.com"
  private static let other = "two.example.com"

  @Test(.timeLimit(.minutes(6))) func anAbortIsObeyedWithinSeconds() throws {
    let farm = try Farm(sites: [Self.slow, Self.other], extra: "    jobs: 2")
    try farm.must("init", "acme", "v1")
    try make(farm)
    let release = try farm.start(["upgrade", "acme", "v2"])
    defer { release.terminate() }
    let isWaiting = try within(seconds: 120) {
      try farm.platform(Self.other) == "green" && farm.closedSites() == [Self.slow]
    }
    try #require(isWaiting, "the other site goes on, and the slow one is proven")
    let begun = ContinuousClock.now
    _ = try farm.leapfrog("abort", "acme")
    #expect(try within(seconds: 60) { !release.isRunning })
    #expect(ContinuousClock.now - begun < .seconds(60))
    #expect(try farm.closedSites().isEmpty)
    #expect(try farm.page(Self.slow).contains("version 1"))
    #expect(try farm.page(Self.other).contains("version 2"))
  }

  /// An index that is right, with an expression that takes long for each of its rows.
  private func make(_ farm: Farm) throws {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    _ = try farm.sql(
      Self.slow,
      "CREATE TABLE slow(a); CREATE INDEX slow_a ON slow(a); INSERT INTO slow \(rows) SELECT i FROM n"
    )
    _ = try farm.sql(
      Self.slow,
      """
      PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql='CREATE INDEX slow_a ON slow(
      a + 0 * length(replace(hex(zeroblob(3000000 + a)), ''0'', ''00'')))' WHERE name='slow_a'
      """)
  }

  private func within(seconds: Int, _ condition: () throws -> Bool) throws -> Bool {
    for _ in 0..<seconds * 20 {
      if try condition() { return true }
      usleep(50_000)
    }
    return false
  }
}
