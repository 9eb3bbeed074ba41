import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// The links of a site: its switch, its domains, its seat.
@Suite struct LinksTests {
  let pair: PairOnDisk
  var layout: Layout { pair.layout }
  var live: LiveLinks { LiveLinks(layout: layout) }

  init() throws { pair = try PairOnDisk() }

  @Test func aFlipIsSeenThroughTheDomain() throws {
    try pair.write("blue", "index.html", on: .blue)
    try pair.write("green", "index.html", on: .green)
    let site = SiteSpec(name: "a.example.com", aliases: ["www.a.example.com"])
    try Domains(layout: layout).connect(site, preview: .green)
    for platform in [PlatformName.blue, .green, .blue] {
      try live.flip(site.name, to: platform)
      for domain in site.domains {
        #expect(try text("\(layout.alias(domain))/index.html") == platform.rawValue)
        #expect(try text("\(layout.preview(domain))/index.html") == "green")
      }
      #expect(try live.sites(on: platform) == [site.name])
      #expect(try live.sites(on: platform.other).isEmpty)
    }
  }

  @Test func aStrangeLiveLinkIsNotGuessedAbout() throws {
    try FileManager.default.createSymbolicLink(
      atPath: layout.live("a.example.com"), withDestinationPath: "../yellow")
    #expect(throws: Failure.self) { try live.all() }
  }

  @Test func aDomainHasOneSite() throws {
    let domains = Domains(layout: layout)
    try domains.connect(
      SiteSpec(name: "a.example.com", aliases: ["shop.example.com"]), preview: .blue)
    let other = SiteSpec(name: "b.example.com", aliases: ["shop.example.com"])
    #expect(throws: Failure.self) { try domains.verifyFree(for: other) }
    try domains.disconnect("a.example.com")
    try domains.verifyFree(for: other)
    #expect(!Files.exists(layout.alias("shop.example.com")))
    #expect(!Files.exists(layout.closed("shop.example.com")))
  }

  @Test func theClosedLinkDanglesWhileTheSiteIsOpen() throws {
    let site = SiteSpec(name: "a.example.com")
    try Domains(layout: layout).connect(site, preview: .blue)
    let maintenance = Maintenance(layout: layout)
    #expect(!FileManager.default.fileExists(atPath: layout.closed(site.name)))
    try maintenance.close(.init(site: site.name, migration: 7, since: Date(), text: "upgrade"))
    #expect(FileManager.default.fileExists(atPath: layout.closed(site.name)))
    #expect(maintenance.reason(site.name)?.migration == 7)
    try maintenance.open(site.name)
    #expect(!FileManager.default.fileExists(atPath: layout.closed(site.name)))
  }

  /// A domain may be another one's name with an end.
  @Test func toCloseASiteOpensNoOther() throws {
    let maintenance = Maintenance(layout: layout)
    for site in ["acme.new", "acme"] {
      try maintenance.close(.init(site: site, migration: 7, since: Date(), text: "upgrade"))
    }
    #expect(maintenance.isOn("acme") && maintenance.reason("acme.new")?.site == "acme.new")
  }

  @Test func aSeatLeadsToTheDataAndLeavesNoTrace() throws {
    let site = SiteSpec(name: "a.example.com", links: ["deep/er/local.ini": "conf/local.ini"])
    let seat = Seat(layout: layout, site: site, platform: .green)
    try Files.makeDirectories("\(layout.site(site.name))/conf")
    try Files.write(Array("hello".utf8), to: "\(layout.site(site.name))/conf/local.ini")
    try seat.take()
    try seat.take()
    #expect(try text(pair.path("deep/er/local.ini", on: .green)) == "hello")
    try seat.leave()
    #expect(!Files.exists(pair.path("deep", on: .green)))
    #expect(try text("\(layout.site(site.name))/conf/local.ini") == "hello")
  }

  @Test func aSeatNeverReplacesAFileOrFollowsALink() throws {
    let site = SiteSpec(name: "a.example.com", links: ["conf/local.ini": "local.ini"])
    let seat = Seat(layout: layout, site: site, platform: .blue)
    try pair.write("of the tree", "conf/local.ini")
    #expect(throws: Failure.self) { try seat.take() }
    #expect(throws: Failure.self) { try seat.verifyFree() }
    #expect(try text(pair.path("conf/local.ini")) == "of the tree")
    try pair.remove("conf")
    try FileManager.default.createSymbolicLink(
      atPath: pair.path("conf"), withDestinationPath: layout.own)
    #expect(throws: Failure.self) { try seat.take() }
    #expect(!Files.exists("\(layout.own)/local.ini"))
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }
}
