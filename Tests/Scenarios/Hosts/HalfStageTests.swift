import Foundation
import Glibc
import RealServers
import Testing

/// The code is on its way, and the host hears no more of it.
@Suite struct HalfStageTests {
  private let template: Farm
  private let before: Witness.Before

  init() throws {
    template = try Farm.beforeLarge()
    before = try Witness.Before(template)
  }

  /// Each that is started writes so many files and dies.
  @Test func aHostThatDiesIsToldTheRest() throws {
    let farm = try template.twin(on: FarHost())
    let upgrade = try farm.running(
      ["upgrade", "acme", Farm.largeRef], failpoints: "stage.file.before:kill:20")
    try expectWhole(farm, upgrade.end())
  }

  /// It had sent as much as the host may be sent at once when it was stopped, and the host has said why it
  /// gave it up.
  @Test(.enabled(if: geteuid() == 0)) func aHostThatGaveUpIsToldTheRest() throws {
    let farm = try template.twin(on: FarHost(on: NetworkNamespace(delay: .milliseconds(150))))
    let upgrade = try Running(
      "leapfrog", ["upgrade", "acme", Farm.largeRef], of: farm,
      environment: ["LEAPFROG_IDLE_LOCKED": "2"])
    try #require(
      Bounded.wait { farm.lockText.contains("stage of \(Farm.largeRef)") }, "\(upgrade.text)")
    usleep(300_000)
    kill(upgrade.process.processIdentifier, SIGSTOP)
    #expect(Bounded.wait { farm.isLockFree })
    kill(upgrade.process.processIdentifier, SIGCONT)
    try expectWhole(farm, upgrade.end())
  }

  private func expectWhole(_ farm: Farm, _ end: Outcome) throws {
    #expect(end.status == 0 && end.output.contains("; 2 sites moved;"), "\(end.text)")
    #expect(end.error.contains("the link to elsewhere is back"), "\(end.text)")
    let large = farm.root.appendingPathComponent("blue/large").path
    #expect(try FileManager.default.contentsOfDirectory(atPath: large).count == 48)
    #expect(try Witness(farm, before: before).faults() == [])
  }
}
