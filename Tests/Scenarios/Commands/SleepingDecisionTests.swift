import Foundation
import Testing

/// Who thinks for long before they answer decides on what they saw, and on nothing else.
@Suite struct SleepingDecisionTests {
  private let farm: Farm
  private let site = "one.example.com"

  init() throws {
    farm = try Farm(sites: ["one.example.com", "two.example.com"])
    try farm.must("init", "acme", "v1")
  }

  /// Answers "y" once another command has been run to its end.
  private func slowly(_ arguments: [String], meanwhile: [String]) throws -> Outcome {
    let leapfrog = Shell.products.appendingPathComponent("leapfrog").path
    return try Terminal.run(
      [leapfrog] + arguments, answers: [.init(question: "Go on? [y/N]", text: "y")],
      first: "\(leapfrog) \(meanwhile.joined(separator: " ")) >/dev/null", in: farm.directory,
      environment: farm.environment)
  }

  @Test func dataOfBeforeIsNotPutUnderNewCode() throws {
    try farm.must("backup", "acme")
    let end = try slowly(["restore", "acme", site], meanwhile: ["upgrade", "acme", "v3"])
    #expect(end.status == 4, "\(end.text)")
    #expect(end.text.contains("acme has changed meanwhile: upgrade of acme to v3"), "\(end.text)")
    #expect(try farm.page(site).contains("version 3"))
    #expect(try farm.sql(site, "PRAGMA user_version") == "3")
  }

  @Test func aSiteThatMovedIsNotTakenAway() throws {
    let end = try slowly(["site", "remove", "acme", site], meanwhile: ["upgrade", "acme", "v2"])
    #expect(end.status == 4, "\(end.text)")
    #expect(try farm.page(site).contains("version 2"))
    try farm.must("site", "remove", "acme", site, "--yes")
  }
}
