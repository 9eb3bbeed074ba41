import Foundation
import Testing

/// What is under way comes to its end, what was not begun waits, and `--continue` takes it up.
@Suite struct HaltTests {
  @Test func aHaltedUpgradeIsContinued() throws {
    let farm = try Farm.onV2()
    try farm.hold()
    let upgrade = try farm.running(["upgrade", "acme", "v3"])
    try #require(farm.waitForUpdate(of: farm.sites[0]), "\(upgrade.text)")
    let answer = try Self.halt(farm)
    #expect(answer.contains(#""attached":true"#), "\(answer)")
    try farm.letGo()
    let end = upgrade.end()
    #expect(end.status == 3, "\(end.text)")
    #expect(
      end.text.contains("1 site was not begun, because the release's failures"), "\(end.text)")
    #expect(try farm.sites.map(farm.platform) == ["blue", "green"])
    #expect(try farm.closedSites().isEmpty)
    let continued = try farm.cli("upgrade", "acme", "v3", "--continue")
    #expect(continued.status == 0, "\(continued.text)")
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue"])
    #expect(farm.sites.map(farm.updates) == [1, 1])
    let refused = try Self.halt(farm)
    #expect(refused.contains("nothing of acme is under way"), "\(refused)")
  }

  private static func halt(_ farm: Farm) throws -> String {
    let params =
      #"{"root":"\#(farm.root.path)","pair":"acme","action":"halt","actor":"t","#
      + #""claim":{"token":"t"},"request":"\#(UUID().uuidString)"}"#
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = Shell.products.appendingPathComponent("leapfrog-host")
    process.arguments = ["rpc"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    try input.fileHandleForWriting.write(
      contentsOf: Data(
        (#"{"jsonrpc":"2.0","id":1,"method":"control","params":"# + params + "}\n").utf8))
    try input.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
