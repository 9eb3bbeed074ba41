import Foundation
import Glibc
import RealServers
import Testing

/// A link that is gone for a whole minute.
@Suite(.enabled(if: geteuid() == 0)) struct LongCutTests {
  @Test func aReleaseIsToldAsWithoutTheCut() throws {
    let template = try Farm.onV2()
    let before = try Witness.Before(template)
    let plain = try template.twin(on: FarHost(on: NetworkNamespace())).cli("upgrade", "acme", "v3")
    #expect(plain.status == 0, "\(plain.text)")
    let host = try FarHost(on: NetworkNamespace())
    let farm = try template.twin(on: host)
    let end = try upgrade(farm, host)
    #expect(end.status == 0, "\(end.text)")
    #expect(end.error.contains("trying again") && end.error.contains("is back"), "\(end.text)")
    #expect(Self.told(end) == Self.told(plain), "\(end.text)")
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue"])
    #expect(try Witness(farm, before: before).faults() == [])
  }

  /// The first update ends, and everything after it happens, while nobody can see it.
  private func upgrade(_ farm: Farm, _ host: FarHost) throws -> Outcome {
    try farm.hold()
    let upgrade = try farm.running(["upgrade", "acme", "v3"])
    try #require(farm.waitForUpdate(of: farm.sites[0]), "\(upgrade.text)")
    try host.road?.cut()
    usleep(20_000_000)
    try farm.letGo()
    usleep(40_000_000)
    #expect(upgrade.process.isRunning, "\(upgrade.text)")
    #expect(try JournalReader(farm).state() == "done")
    try host.road?.mend()
    return upgrade.end()
  }

  /// What was said, but for times, and for steps that are named because they took long.
  private static func told(_ end: Outcome) -> [String] {
    end.output.split(separator: "\n").map(String.init).filter {
      $0.firstMatch(of: /: [a-z]+ done in/) == nil
    }.map {
      $0.replacing(/\d+:\d\d:\d\d/, with: "TIME")
        .replacing(/[\d.]+ (ms|s|min)( \d+ s)?/, with: "LONG")
    }
  }
}
