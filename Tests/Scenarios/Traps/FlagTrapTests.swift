import Foundation
import Testing

/// A flag that nobody remembers: the site is closed already, and no release opens it unasked.
@Suite struct FlagTrapTests {
  @Test func aStaleFlagStopsTheSiteBeforeAnythingChanges() throws {
    let trap = try Trap()
    let flag = trap.farm.inRoot("maintenance/\(trap.site)")
    try Data().write(to: flag)
    try trap.expectCaught(
      "one.example.com is in maintenance already", "rm \(flag.path)", closed: [trap.site])
    try FileManager.default.removeItem(at: flag)
    try trap.farm.must("upgrade", "acme", "v2")
  }
}
