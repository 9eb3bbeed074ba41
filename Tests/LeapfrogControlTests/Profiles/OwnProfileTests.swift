import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// Profiles that a user writes.
@Suite struct OwnProfileTests {
  private func pair(app: String, _ profiles: String) throws -> PairConfiguration {
    let lines = profiles.split(separator: "\n").map { "  \($0)\n" }.joined()
    let text = "profiles:\n" + lines + pairFile("app: \(app)\nsites:\n  a.example.com: {}")
    return try #require(try read(text).pairs.first)
  }

  private func profileMistakes(_ lines: String) -> [String] {
    let own = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
    return mistakes("profiles:\n  shop:\n" + own + pairFile("app: shop"))
  }

  @Test func everyKeyIsRead() throws {
    let profile = try pair(
      app: "shop",
      """
      shop:
        docroot: web
        prelude: "tool=bin/tool"
        build: make
        links: {"{docroot}/sites/{domain}": .}
        database: {engine: sqlite, path: shop.sqlite}
        commands:
          update: $tool update
          pending: [bin/pending]
        updates:
          - {path: "*.install", change: any, line: '^function \\w+_update_\\d+'}
          - {path: "*/migrations/*", change: added}
        web: {php: true, front: index.php, deny: ['\\.install$']}
      """
    ).profile
    #expect(profile.docroot == "web")
    #expect(profile.build == Command(shell: "# build (shop)\ntool=bin/tool\nmake\n"))
    #expect(profile.links == ["{docroot}/sites/{domain}": "."])
    #expect(profile.database == .sqlite(path: "shop.sqlite"))
    #expect(
      profile.commands.update == Command(shell: "# update (shop)\ntool=bin/tool\n$tool update\n"))
    #expect(profile.commands.pending == Command(["bin/pending"]))
    #expect(
      profile.updates == [
        UpdatePattern(path: "*.install", line: "^function \\w+_update_\\d+"),
        UpdatePattern(path: "*/migrations/*", change: .added),
      ])
    #expect(profile.web == WebProfile(php: true, front: "index.php", deny: ["\\.install$"]))
  }

  @Test func thePairAndItsSitesGetIt() throws {
    let spec = try pair(
      app: "shop",
      "shop: {docroot: web, build: [make], links: {'{docroot}/sites/{domain}': .}}"
    ).spec
    #expect(spec.app == "shop")
    #expect(spec.docroot == "web")
    #expect(spec.profileBuild == Command(["make"]))
    #expect(spec.sites.first?.links == ["web/sites/a.example.com": "."])
  }

  @Test func oneMayBeginFromAnother() throws {
    let django = try builtIn("django")
    let profile = try pair(
      app: "c",
      """
      c: {extends: b, commands: {update: [mine]}, updates: ~}
      b: {extends: django, web: {deny: [a]}, commands: {status: echo}}
      """
    ).profile
    #expect(profile.name == "c")
    #expect(profile.commands.update == Command(["mine"]))
    #expect(profile.commands.pending == django.commands.pending)
    #expect(profile.commands.status.arguments.last?.hasPrefix("# status (b)\nexport PY") == true)
    #expect(profile.web.deny == ["a"])
    #expect(profile.updates == nil)
  }

  @Test func oneTakesThePlaceOfABuiltInOne() throws {
    let profile = try pair(
      app: "django", "django: {extends: django, docroot: web, links: {a: b}}"
    ).profile
    #expect(profile.docroot == "web")
    #expect(try profile.commands == builtIn("django").commands)
  }

  @Test func aLinkOfTheOtherCanBeDropped() throws {
    let profile = try pair(
      app: "b", "a: {links: {x: y, z: .}}\nb: {extends: a, links: {x: ~}}"
    ).profile
    #expect(profile.links == ["z": "."])
  }

  @Test func itsMistakesAreToldAtOnceAndOnce() {
    let found = profileMistakes(
      """
      dcoroot: web
      links: {/a: b, "x/{docroot}/y": b, "{host}": ., c: ../d}
      commands: {udpate: a}
      updates: [{path: "*.install", change: removed, line: "("}, {change: any}]
      web: {php: 1, deny: ["[", ""]}
      """)
    let expected = [
      "3: profiles.shop.dcoroot: the key is not known; did you mean `docroot`?",
      "4: profiles.shop.links./a: `/a` is absolute",
      "4: profiles.shop.links.x/{docroot}/y: `x/{docroot}/y` has {docroot} where",
      "4: profiles.shop.links.{host}: `{host}` has an unknown {…}",
      "4: profiles.shop.links.c: `../d` may not contain '..'",
      "5: profiles.shop.commands.udpate: the key is not known; did you mean `update`?",
      "6: profiles.shop.updates[0].change: `removed` is not known",
      "6: profiles.shop.updates[0].line: `(` is no regular expression",
      "6: profiles.shop.updates[1]: has no `path`",
      "7: profiles.shop.web.php: found the number 1; allowed: true, false",
      "7: profiles.shop.web.deny[0]: `[` is no regular expression",
      "7: profiles.shop.web.deny[1]: the text is empty",
    ]
    #expect(found.count == expected.count, "\(found)")
    for (line, begin) in zip(found, expected) { #expect(line.hasPrefix(begin)) }
  }

  @Test(arguments: ["b: {extends: a}\n  a: {extends: b}", "a: {extends: a}", "a: {extends: none}"])
  func whatBeginsNowhereIsRefused(_ profiles: String) {
    let found = mistakes("profiles:\n  \(profiles)\n" + pairFile("app: a"))
    #expect(found.isEmpty == false)
    #expect(found.allSatisfy { $0.contains("extends: `") }, "\(found)")
  }

  @Test func filesAreReadWithTheirOwnLines() throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("leapfrog-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try Data("docroot: web\nextends: django\n".utf8).write(
      to: URL(fileURLWithPath: "\(directory)/shop.yml"))
    try Data("docroot: web\ncommands:\n  udpate: x\n".utf8).write(
      to: URL(fileURLWithPath: "\(directory)/bad.yml"))
    func text(_ file: String) -> String {
      "profiles:\n  shop: \(file)\n" + pairFile("app: shop")
    }
    let path = "\(directory)/leapfrog.yml"
    let good = try Configuration.parse(text("./shop.yml"), path: path)
    #expect(good.pairs.first?.profile.docroot == "web")
    #expect(good.profiles.first?.source.text == "docroot: web\nextends: django\n")
    let bad = #expect(throws: Failure.self) {
      try Configuration.parse(text("bad.yml"), path: path)
    }
    #expect(bad?.message.hasPrefix("bad.yml:3: commands.udpate: the key is not known") == true)
    let missing = #expect(throws: Failure.self) {
      try Configuration.parse(text("none.yml"), path: path)
    }
    #expect(missing?.message.contains("leapfrog.yml:2: profiles.shop: ") == true)
  }

  @Test func anInlineOneIsShownAsItIsWritten() throws {
    let text = "profiles:\n  a:\n    docroot: web # here\n\n  b: {}\n" + pairFile("app: a")
    #expect(
      try read(text).profiles.map(\.source.text) == ["a:\n  docroot: web # here\n", "b: {}\n"])
  }
}
