import Foundation
import Testing

/// What a host does without a controller says how it ended, as everything else does.
@Suite struct HostOrderTests {
  @Test func oneRootThatCannotBeRecoveredKeepsNoOtherClosed() throws {
    let farm = try Farm.onV2()
    let crashed = try farm.cli("upgrade", "acme", "v3", failpoints: "close.flag.after:kill")
    #expect(crashed.status == 5, "\(crashed.text)")
    #expect(try !farm.closedSites().isEmpty)
    let none = farm.directory.appendingPathComponent("none").path
    let end = try farm.host("recover", none, farm.root.path)
    #expect(end.status == 2, "\(end.text)")
    #expect(end.error.contains(none), "\(end.text)")
    #expect(end.output.contains("\(farm.root.path): release "), "\(end.text)")
    #expect(try farm.closedSites().isEmpty)
  }

  @Test func aRollbackThatFailsIsNoHalfSuccess() throws {
    let farm = try Farm.onV2(extra: "    max_failures: 1")
    let end = try farm.host(
      "rollback", farm.root.path, "--yes",
      environment: ["LEAPFROG_FAILPOINTS": "flip.rename.before:error"])
    #expect(end.status == 1, "\(end.text)")
    #expect(try farm.sites.allSatisfy { try farm.platform($0) == "green" }, "\(end.text)")
    #expect(try farm.closedSites().isEmpty)
  }
}
