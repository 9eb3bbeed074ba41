import Foundation
import Testing

/// The machine dies at every place that an express release passes, with one site that goes express to
/// the end and one that turns out to need its update.
@Suite(.serialized) struct ExpressCrashTests {
  /// What no other release passes.
  private static let own = ["check", "refresh", "confirm", "supersede", "seat", "flip"]

  @Test(arguments: [("kill", [], 100), ("error", own, 40)])
  func everySiteIsMovedOrAsBefore(action: String, words: [String], floor: Int) throws {
    let farm = try Farm.onV2()
    try farm.tellChanges()
    try farm.updateByHand(farm.sites[0])
    let matrix = try CrashMatrix(
      action: action, template: farm, express: [farm.sites[0]], words: words)
    #expect(matrix.failpoints.contains("journal.migration.supersede.before"))
    #expect(matrix.count >= floor, "\(matrix.count) failpoints")
    let faults = matrix.run()
    print("crash matrix, \(action), express: \(matrix.count) cases")
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }
}

extension Farm {
  /// Brings a site's data to v3 as nobody would: what its pending check then finds is nothing.
  fileprivate func updateByHand(_ site: String) throws {
    let update = try git("show", "v3:migrations/3-unique.sql")
    _ = try sql(site, update + "; PRAGMA user_version = 3")
  }
}
