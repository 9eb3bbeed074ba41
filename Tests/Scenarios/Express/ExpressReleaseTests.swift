import Foundation
import Glibc
import Testing

/// A release that cannot touch data moves the sites with no maintenance.
@Suite struct ExpressReleaseTests {
  @Test func nothingIsClosedAndNoDataIsTouched() throws {
    let farm = try Farm.express()
    try expectPlanned(farm)
    let before = try farm.databases()
    let backups = try Listing.of(farm.inRoot("backups"))
    let passed = try farm.trace(["upgrade", "acme", "next"])
    #expect(passed.contains("flip.rename.after") && passed.contains("step.unseat.after"))
    #expect(!passed.contains { $0.hasPrefix("close.") || $0.contains("step.backup") })
    #expect(try farm.noted() == farm.sites.map { "refresh \($0) next" })
    #expect(try farm.databases() == before)
    #expect(
      try Listing.differences(Listing.of(farm.inRoot("backups")), backups).allSatisfy(\.isEmpty))
    for site in farm.sites {
      #expect(try farm.page(site).contains("version next"))
      #expect(farm.isSeated(site, on: "blue") && !farm.isSeated(site, on: "green"))
    }
    try expectTold(farm)
  }

  private func expectPlanned(_ farm: Farm) throws {
    let plan = try farm.json("plan", "acme", "next")
    let sites = try #require(plan["sites"] as? [[String: Any]])
    for site in sites {
      #expect(site["express"] as? Bool == true)
      #expect((site["steps"] as? [String])?.contains("refresh") == true)
      #expect(site["estimated_downtime"] as? Double == 0)
    }
    #expect((plan["space"] as? [String: Any])?["needed"] as? Int == 0)
    let text = try farm.leapfrog("plan", "acme", "next").output
    #expect(text.contains("2 sites would move, 2 of them with no downtime"), "\(text)")
    #expect(text.contains("express: all: the change cannot touch its data; the app is asked"))
  }

  private func expectTold(_ farm: Farm) throws {
    let newest = try farm.newest()
    #expect(newest["express"] as? [String] == farm.sites)
    #expect(newest["moved"] as? [String] == farm.sites)
    #expect(newest["downtime"] as? Double == 0)
    #expect(try farm.leapfrog("history", "acme").output.contains("none"))
    #expect(try farm.status()["release"] is NSNull)
    #expect(try farm.leapfrog("plan", "acme", "v4").output.contains("express: never closed"))
  }

  @Test func linksStayForRequestsThatAreUnderWay() throws {
    let farm = try Farm.express(drain: 10)
    let upgrade = try farm.start(["upgrade", "acme", "next"])
    defer { upgrade.waitUntilExit() }
    try farm.wait(60) { try farm.sites.allSatisfy { try farm.platform($0) == "blue" } }
    let flipped = try farm.sites.map { try flip(of: $0, in: farm) }.max() ?? 0
    #expect(farm.sites.allSatisfy { farm.isSeated($0, on: "green") })
    try farm.wait(60) { farm.sites.allSatisfy { !farm.isSeated($0, on: "green") } }
    let stayed = Date().timeIntervalSince1970 - flipped
    #expect(stayed > 9.9 && stayed < 19.5, "\(stayed) s, for both at once")
    upgrade.waitUntilExit()
    #expect(upgrade.terminationStatus == 0)
    let told = try String(
      contentsOf: farm.directory.appendingPathComponent("started.out"), encoding: .utf8)
    #expect(told.contains("green keeps its links for 10 s"), "\(told)")
  }

  /// When a site's live link was put in its place, which may be a while before anybody sees it.
  private func flip(of site: String, in farm: Farm) throws -> Double {
    var status = stat()
    guard lstat(farm.inRoot("live/\(site)").path, &status) == 0 else { throw KitError(site) }
    return Double(status.st_ctim.tv_sec) + Double(status.st_ctim.tv_nsec) / 1e9
  }

  /// Everybody who asks gets one of the two versions, whole, at any moment.
  @Test func visitorsSeeTheOldPageOrTheNewOne() throws {
    let farm = try Farm.express()
    let upgrade = try farm.start(["upgrade", "acme", "next"])
    var pages: [String: Int] = [:]
    while upgrade.isRunning {
      for site in farm.sites { pages[try farm.page(site), default: 0] += 1 }
    }
    #expect(pages.count <= 2, "\(pages.keys)")
    #expect(pages.keys.allSatisfy { $0.contains("version 2") || $0.contains("version next") })
    #expect(pages.values.reduce(0, +) > 100)
    #expect(try farm.page(farm.sites[0]).contains("version next"))
  }

  @Test func whoWantsItIsClosedAllTheSame() throws {
    let farm = try Farm.express()
    try farm.must("upgrade", "acme", "next", "--no-express")
    #expect(try farm.noted().filter { $0.hasPrefix("close") }.count == 2)
    #expect((try farm.newest()["express"] as? [String])?.isEmpty == true)
  }

  @Test func aSiteCanBeLeftOut() throws {
    let farm = try Farm.express()
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    let never = "      two.example.com:\n        express: never"
    try farm.write(text.replacingOccurrences(of: "      two.example.com:", with: never))
    let plan = try farm.leapfrog("plan", "acme", "next").output
    #expect(plan.contains("not express: two.example.com: `express: never`"), "\(plan)")
    #expect(plan.contains("2 sites would move, 1 of them with no downtime"), "\(plan)")
    try farm.must("upgrade", "acme", "next")
    #expect(try farm.newest()["express"] as? [String] == ["one.example.com"])
    #expect(try farm.noted().filter { $0.hasPrefix("close") } == ["close two.example.com v2"])
  }

  @Test func whatCanUpdateDataIsNamedAndClosesTheSites() throws {
    let farm = try Farm.express(sites: ["one.example.com"])
    try farm.commit("more", on: "v2", ["app/migrations/0003_more.py": "# none\n"])
    let plan = try farm.json("plan", "acme", "more")
    let site = try #require((plan["sites"] as? [[String: Any]])?.first)
    #expect(site["express"] as? Bool == false)
    #expect((site["why"] as? String)?.contains("app/migrations/0003_more.py") == true)
    #expect(
      (plan["files"] as? [String: Any])?["updating"] as? [String] == ["app/migrations/0003_more.py"]
    )
    try farm.must("upgrade", "acme", "more")
    #expect(try farm.noted().count { $0.hasPrefix("close") } == 1)
  }

  @Test func aProfileThatCannotTellSaysSo() throws {
    let farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    let plan = try farm.leapfrog("plan", "acme", "v2").output
    #expect(plan.contains("not express: all: the profile `command` cannot tell"), "\(plan)")
  }
}
