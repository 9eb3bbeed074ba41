import Foundation
import Testing

/// The recovery dies as well, at every place it passes; the next one still ends moved or as before.
@Suite struct CrashedRecoveryTests {
  @Test(arguments: ["undo.update.before", "flip.rename.after"])
  func theNextRecoveryEndsIt(crash: String) throws {
    let farm = try Farm.onV2(breaks: true)
    let before = try Witness.Before(farm)
    let crashed = try farm.cli("upgrade", "acme", "v3", failpoints: "\(crash):kill")
    #expect(crashed.status == 5, "\(crashed.text)")
    let failpoints = try collect(farm.twin())
    #expect(failpoints.count >= 22, "\(failpoints)")
    for name in failpoints {
      let twin = try farm.twin()
      _ = try recover(twin, ["LEAPFROG_FAILPOINTS": "\(name):kill"])
      let again = try twin.recover()
      #expect(again.status == 0, "\(name): \(again.text)")
      let faults = try Witness(twin, before: before).faults()
      #expect(faults.isEmpty, "\(name): \(faults)")
    }
    print("crashed recovery after \(crash): \(failpoints.count) cases")
  }

  private func collect(_ farm: Farm) throws -> [String] {
    let trace = farm.directory.appendingPathComponent("trace")
    _ = try recover(farm, ["LEAPFROG_FAILPOINTS_TRACE": trace.path])
    let text = try String(contentsOf: trace, encoding: .utf8)
    return Set(text.split(separator: "\n").map(String.init)).sorted()
  }

  private func recover(_ farm: Farm, _ environment: [String: String]) throws -> Outcome {
    try Running(
      "leapfrog-host", ["recover", farm.root.path, "--wait", "30"], of: farm,
      environment: environment
    ).end(within: 60)
  }
}
