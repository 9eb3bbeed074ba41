import Foundation
import Glibc
import Testing

/// What is under way does not depend on the one who asked.
@Suite struct ControllerLossTests {
  @Test func aKilledCommandLeavesTheReleaseGoing() throws {
    let farm = try Farm.onV2()
    try farm.hold()
    let first = try begin(farm)
    kill(first.process.processIdentifier, SIGKILL)
    #expect(first.end().status == 128 + SIGKILL)
    try expectRunning(farm)
    try expectOtherRefused(farm)
    let second = try farm.running(["upgrade", "acme", "v3"])
    #expect(Bounded.wait { second.text.contains("attached to release") }, "\(second.text)")
    try farm.letGo()
    let end = second.end()
    #expect(end.status == 0, "\(end.text)")
    try expectOnV3(farm)
  }

  @Test func aStoppedCommandHoldsNothingUp() throws {
    let farm = try Farm.onV2()
    try farm.hold()
    let upgrade = try begin(farm)
    kill(upgrade.process.processIdentifier, SIGSTOP)
    try farm.letGo()
    #expect(try Bounded.wait { try JournalReader(farm).state() == "done" })
    #expect(upgrade.process.isRunning)
    try expectOnV3(farm)
    kill(upgrade.process.processIdentifier, SIGCONT)
    let end = upgrade.end()
    #expect(end.status == 0, "\(end.text)")
    #expect(end.output.contains("2 sites moved"), "\(end.text)")
  }

  @Test(arguments: 1...3) func twoAtOnceAreOneRelease(round: Int) throws {
    let farm = try Farm.onV2()
    let both = try (0..<2).map { _ in try farm.running(["upgrade", "acme", "v3"]) }
    let ends = both.map { $0.end() }
    let text = ends.map(\.text).joined(separator: "\n")
    #expect(ends.contains { $0.status == 0 }, "\(text)")
    #expect(ends.allSatisfy { $0.status == 0 || $0.status == 4 }, "\(text)")
    try expectOnV3(farm)
  }

  private func begin(_ farm: Farm) throws -> Running {
    let upgrade = try farm.running(["upgrade", "acme", "v3"])
    try #require(farm.waitForUpdate(of: farm.sites[0]), "\(upgrade.text)")
    return upgrade
  }

  private func expectRunning(_ farm: Farm) throws {
    let status = try farm.status()
    let release = status["release"] as? [String: Any]
    #expect(release?["state"] as? String == "running")
    #expect(try farm.cli("status", "acme").output.contains("maintenance"))
  }

  private func expectOtherRefused(_ farm: Farm) throws {
    let other = try farm.cli("upgrade", "acme", "v4")
    #expect(other.status == 4, "\(other.text)")
    #expect(other.error.contains("acme is busy: upgrade of acme to "), "\(other.text)")
    #expect(other.error.contains("asked for by \(NSUserName())"), "\(other.text)")
  }

  private func expectOnV3(_ farm: Farm) throws {
    for site in farm.sites {
      #expect(try farm.page(site).contains("version 3"))
      #expect(try farm.sql(site, "PRAGMA user_version") == "3")
      #expect(farm.updates(of: site) == 1)
    }
    #expect(try farm.closedSites().isEmpty)
  }
}
