import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct DataPatternsTests {
  private let site = SiteSpec(
    name: "shop.example.pl", aliases: ["www.shop.example.pl"],
    links: [
      "web/config/shop.example.pl.ini": "local.ini", "web/files/shop.example.pl": "files",
      "web/robots.txt": "robots.txt", "web/data": "data", "settings.php": "settings.php",
    ], database: .sqlite(path: "data/site.sqlite"))

  private func isDenied(_ path: String, docroot: String = "web") throws -> Bool {
    let patterns = DataPatterns(sites: [site], docroot: docroot)
    return try patterns.denied.contains {
      path.firstMatch(of: try Regex($0).ignoresCase()) != nil
    }
  }

  @Test(arguments: [
    "/config/shop.example.pl.ini", "/config/shop.example.pl.ini/x", "/data/site.sqlite",
    "/data/site.sqlite-wal", "/files/shop.example.pl/evil.php", "/files/shop.example.pl/EVIL.PHP5",
    "/files/shop.example.pl/evil.php/x.png", "/files/shop.example.pl/a/b/dump.sql",
    "/files/shop.example.pl/notes.txt~", "/files/added.later.org/evil.phtml",
    "/config/added.later.org.ini",
  ])
  func codeSettingsAndDatabasesOfSitesAreDenied(_ path: String) throws {
    #expect(try isDenied(path))
  }

  @Test(arguments: [
    "/files/shop.example.pl/photo.jpg", "/files/shop.example.pl/a.b/c.pdf", "/robots.txt",
    "/index.php", "/files/readme.sql", "/data/photo.png", "/config/all.css",
  ])
  func whatPagesLeadToIsNot(_ path: String) throws {
    #expect(try !isDenied(path))
  }

  @Test func linksBesideTheDocumentRootNeedNoRule() throws {
    #expect(DataPatterns(sites: [site], docroot: "other").denied.isEmpty)
    #expect(try isDenied("/settings.php", docroot: "."))
  }

  @Test func aSiteWithoutLinksHasNoRule() {
    #expect(DataPatterns(sites: [SiteSpec(name: "a.org")], docroot: ".").denied.isEmpty)
  }
}
