import Foundation
import Testing

/// The way back of a site that came by an express migration loses nothing, because nothing was changed.
@Suite struct ExpressRollbackTests {
  private func write(_ farm: Farm, _ title: String) throws {
    for site in farm.sites {
      _ = try farm.sql(
        site, "INSERT INTO post (title, body, slug) VALUES ('\(title)', '', '\(title)')")
    }
  }

  @Test func whatVisitorsWroteStays() throws {
    let farm = try Farm.express()
    try farm.must("upgrade", "acme", "next")
    try write(farm, "new")
    let before = try farm.databases()
    let asked = try farm.leapfrog("rollback", "acme")
    #expect(asked.status == 4 && asked.error.contains("nothing is lost"), "\(asked.text)")
    #expect(!asked.error.contains("is lost to"), "\(asked.text)")
    let passed = try farm.trace(["rollback", "acme", "--yes"])
    #expect(!passed.contains { $0.hasPrefix("close.") || $0.contains("step.restore") })
    #expect(try farm.sites.map(farm.platform) == ["green", "green"])
    #expect(try farm.databases() == before)
    #expect(try farm.newest()["express"] as? [String] == farm.sites)
    #expect(!farm.sites.contains { farm.isSeated($0, on: "blue") })
    try farm.refused(["rollback", "acme", "--yes"], 4, naming: "without an upgrade")
  }

  /// One site came in full and loses what was written, the other one came express and does not.
  @Test func eachSiteGoesBackAsItCame() throws {
    let farm = try Farm.express()
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    let never = "      two.example.com:\n        express: never"
    try farm.write(text.replacingOccurrences(of: "      two.example.com:", with: never))
    try farm.must("upgrade", "acme", "next")
    try write(farm, "new")
    let asked = try farm.leapfrog("rollback", "acme").error
    #expect(asked.contains("two.example.com goes back to v2, and what was written"), "\(asked)")
    #expect(asked.contains("one.example.com goes back to v2 with no downtime"), "\(asked)")
    try farm.must("rollback", "acme", "--yes")
    let posts = try farm.sites.map { try farm.sql($0, "SELECT count(*) FROM post") }
    #expect(posts == ["2", "1"])
  }

  @Test func withoutTheOldCodeThereIsNoWayBack() throws {
    let farm = try Farm.express()
    try farm.must("upgrade", "acme", "next")
    try farm.must("pull", "acme", "v4")
    let error = try farm.refused(
      ["rollback", "acme", "--yes"], 4, naming: "green does not hold the code", "--stage-only")
    let command = error.split(separator: "`").first { $0.contains("--stage-only") } ?? ""
    let arguments = command.split(separator: " ").dropFirst().map(String.init)
    #expect(try farm.leapfrog(arguments).status == 0)
    try farm.must("rollback", "acme", "--yes")
    #expect(try farm.sites.map(farm.platform) == ["green", "green"])
  }
}
