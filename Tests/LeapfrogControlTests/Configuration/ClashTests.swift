import Testing

@testable import LeapfrogControl

@Suite struct ClashTests {
  static func pairs(_ roots: String...) -> String {
    let lines = roots.enumerated().map { "  p\($0.offset): {repository: /r, root: \($0.element)}" }
    return "pairs:\n" + lines.joined(separator: "\n")
  }

  @Test func aDomainBelongsToOneSiteOfThePair() {
    let text = pairFile(
      "sites:\n  a.example.com: {aliases: [x.example.com]}\n  x.example.com:\n")
    expectMistake(
      text, "7: pairs.acme.sites.x.example.com: `x.example.com` is taken on line 6 by",
      "pairs.acme.sites.a.example.com.aliases[0]")
    expectMistake(siteFile("aliases: [www.example.com]"), "is taken on line 7")
    expectMistake(siteFile("aliases: [b, b]"), "aliases[1]: `b` is taken on line 8")
  }

  @Test func aDomainBelongsToOneSiteOfTheFile() {
    let text = """
      pairs:
        a: {repository: /r, root: /a, sites: {x: {aliases: [y]}}}
        b: {repository: /r, root: /b, sites: {z: {aliases: [y]}}}
      """
    expectMistake(text, "3: pairs.b.sites.z.aliases[0]: `y` is taken on line 2 by pairs.a.sites.x")
  }

  @Test func aDatabaseBelongsToOneSite() throws {
    func text(_ one: String, _ other: String) -> String {
      pairFile("sites:\n  a: {database: {\(one)}}\n  b: {database: {\(other)}}")
    }
    let one = "engine: mariadb, name: shop"
    for other in ["\(one), host: 127.0.0.1", "\(one), port: 3306, user: other"] {
      expectMistake(
        text(one, other), "7: pairs.acme.sites.b.database.name: `shop` is taken on line 6 by",
        "a database of its own for each site")
    }
    for other in [
      "engine: postgresql, name: shop", "engine: mariadb, name: shop2", "\(one), port: 3307",
      "\(one), host: db.example.com", "\(one), socket: /run/other.sock",
    ] {
      #expect(throws: Never.self) { _ = try read(text(one, other)) }
    }
  }

  @Test(arguments: [("conf", "conf"), ("conf", "conf/a"), ("conf/a/b", "conf")])
  func linksOfOnePlatformDoNotHoldEachOther(_ one: String, _ other: String) {
    let sites = "sites:\n  a: {links: {\(one): x}}\n  b: {links: {\(other): y}}"
    expectMistake(pairFile(sites), "7: pairs.acme.sites.b.links.\(other): ", "on line 6")
  }

  @Test func linksOfOneSiteDoNotHoldEachOther() throws {
    expectMistake(siteFile("links: {a/b: x, a: y}"), "`a` holds the path of", "links.a/b on line 8")
    #expect(try site("links: {a/b: x, a/c: x, ab: x}").links.count == 3)
  }

  @Test func linksOfTwoPairsAreApart() throws {
    let text = """
      pairs:
        a: {repository: /r, root: /a, sites: {x: {links: {c: d}}}}
        b: {repository: /r, root: /b, sites: {y: {links: {c: d}}}}
      """
    #expect(try read(text).pairs.count == 2)
  }

  @Test(arguments: [("/srv/a", "/srv//a/"), ("/srv/a", "/srv/a/b"), ("/srv/a/b", "/srv/./a")])
  func rootsDoNotHoldEachOther(_ one: String, _ other: String) {
    expectMistake(Self.pairs(one, other), "3: pairs.p1.root: ", "pairs.p0.root on line 2")
  }

  @Test func rootsBesideEachOtherAreFine() throws {
    #expect(try read(Self.pairs("/srv/a", "/srv/ab", "/srv/b")).pairs.count == 3)
  }

  @Test func aCanaryIsNamedOnce() {
    let text = pairFile("canary: [a, a]\nsites: {a: }")
    expectMistake(text, "5: pairs.acme.canary[1]: `a` is named twice")
    expectMistake(
      pairFile("canary: [ww.example.com]\nsites: {www.example.com: }"),
      "did you mean `www.example.com`?")
  }
}
