import Foundation
import Testing

/// Configurations that cannot be: exit status 2, with file and key, and no root is made.
@Suite struct BadConfigurationTests {
  private let farm: Farm

  init() throws { farm = try Farm(sites: ["one.example.com"]) }

  /// The configuration with something in place of the usual line.
  private func text(root: String? = nil, pair: String = "", sites: String) -> String {
    """
    pairs:
      acme:
        repository: \(farm.repository.path)
        root: \(root ?? farm.root.path)
    \(pair)    sites:
    \(sites)

    """
  }

  /// Every command says the same of a configuration, and changes nothing.
  private func expectRefusal(
    _ text: String, naming words: String..., location: SourceLocation = #_sourceLocation
  ) throws {
    try farm.write(text)
    for arguments in [["init", "acme", "v1"], ["status"], ["status", "--json"]] {
      let outcome = try farm.leapfrog(arguments)
      #expect(outcome.status == 2, "\(text) \(outcome.text)", sourceLocation: location)
      for word in words + ["leapfrog.yml"] {
        #expect(
          outcome.error.contains(word), "\(text) \(outcome.text)", sourceLocation: location)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: farm.root.path), sourceLocation: location)
  }

  @Test(arguments: [
    "../x", "a/b", "a;rm -rf b", "", " ", "-rf", "ä.example.com", "例え.jp", "A.example.com", "..",
    "a..b", "$(id)", String(repeating: "a", count: 300),
    (0..<60).map { _ in "abcd" }.joined(separator: "."),
  ])
  func aSiteHasTheNameOfADomain(name: String) throws {
    let shown = name.utf8.count > 40 ? "300 bytes" : name
    try farm.write(text(sites: "      \"\(name)\": {}"))
    let outcome = try farm.leapfrog("init", "acme", "v1")
    #expect(outcome.status == 2, "\(shown): \(outcome.text)")
    #expect(outcome.error.contains("leapfrog.yml:6"), "\(shown): \(outcome.text)")
    #expect(outcome.error.contains("pairs.acme.sites"), "\(shown): \(outcome.text)")
    #expect(!FileManager.default.fileExists(atPath: farm.root.path))
  }

  @Test func whatBelongsToOneSiteIsNotGivenToTwo() throws {
    try expectRefusal(
      text(
        sites: """
                one.example.com: {aliases: [www.example.com]}
                two.example.com: {aliases: [www.example.com]}
          """), naming: "www.example.com", "line 6")
    try expectRefusal(
      text(
        sites: """
                one.example.com: {links: {"config/local.ini": a.ini}}
                two.example.com: {links: {"config/local.ini": a.ini}}
          """), naming: "config/local.ini", "line 6")
    try expectRefusal(
      text(
        sites: """
                one.example.com: {links: {"config": a}}
                two.example.com: {links: {"config/local.ini": a.ini}}
          """), naming: "config/local.ini")
    try expectRefusal(
      text(sites: "      one.example.com: {links: {\"../../x\": a}}"), naming: "../../x")
  }

  @Test func aKeyOrAValueThatIsUnknownIsNamedWithTheAllowedOnes() throws {
    let site = "      one.example.com: {}"
    try expectRefusal(text(pair: "    job: 2\n", sites: site), naming: "job", "jobs", ":5")
    try expectRefusal(text(pair: "    jobs: many\n", sites: site), naming: "jobs", "many")
    try expectRefusal(text(pair: "    jobs: 0\n", sites: site), naming: "jobs", "0")
    try expectRefusal(text(pair: "    app: rails\n", sites: site), naming: "rails", "django")
    try expectRefusal(text(root: "relative/root", sites: site), naming: "root", "absolute")
    try expectRefusal(text(pair: "    canary: [x.example.com]\n", sites: site), naming: "canary")
    try expectRefusal(
      text(sites: "      one.example.com: {database: {engine: oracle, path: x}}"),
      naming: "oracle", "sqlite")
  }

  @Test func allMistakesAreToldAtOnce() throws {
    let text = text(
      pair: "    jobs: 0\n    app: rails\n", sites: "      one.example.com: {alias: x}")
    try expectRefusal(text, naming: ":5", ":6", ":8", "jobs", "rails", "alias")
  }

  @Test func aFileThatIsNoConfigurationIsNamed() throws {
    try FileManager.default.removeItem(at: farm.configuration)
    try farm.refused(["status"], 2, naming: "leapfrog.yml")
    try farm.refused(["status", "--config", "/nowhere/x.yml"], 2, naming: "/nowhere/x.yml")
    for text in ["", "# nothing\n", "- a\n- b\n", "pairs: []\n", "text\n", "pairs:\n\tacme: {}\n"] {
      try expectRefusal(text)
    }
    try expectRefusal("pairs: {acme: {}}\npairs: {acme: {}}\n", naming: "pairs")
    try Data([0x70, 0xFF, 0xFE]).write(to: farm.configuration)
    try farm.refused(["status"], 2, naming: "UTF-8")
  }
}
