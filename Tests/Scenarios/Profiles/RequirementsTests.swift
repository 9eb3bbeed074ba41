import Foundation
import Testing

/// What every site needs is asked before the first one is closed.
@Suite struct RequirementsTests {
  private func farm(_ script: String) throws -> Farm {
    try Farm(extra: "    jobs: 2", siteExtra: "          requirements: '\(script)'")
  }

  @Test func theyAreAskedOnThePlatformOfTheSiteWithTheTarget() throws {
    let farm = try farm(
      "echo \"$LEAPFROG_SITE $(pwd) $LEAPFROG_TARGET\" >> \"$LEAPFROG_SITE_DATA/../../asked\"")
    try farm.must("init", "acme", "v1")
    #expect(!FileManager.default.fileExists(atPath: farm.inRoot("asked").path))
    try farm.must("upgrade", "acme", "v2", "--no-express")
    let asked = try String(contentsOf: farm.inRoot("asked"), encoding: .utf8)
    let places = "\(farm.inRoot("blue").path) \(farm.inRoot("green").path)"
    #expect(
      asked.split(separator: "\n").map(String.init).sorted()
        == farm.sites.map { "\($0) \(places)" }.sorted())
  }

  @Test(arguments: [
    ("echo a thing; echo another; exit 3", "one.example.com: a thing, another"),
    ("exit 3", "something that it needs is missing"),
    ("echo broken; exit 1", "exited with status 1, and its last words were: broken"),
    ("kill -9 $$", "was ended by signal 9"),
  ])
  func oneNoStopsAll(_ script: String, _ message: String) throws {
    let farm = try farm("[ $LEAPFROG_SITE != one.example.com ] || { \(script); }")
    try farm.must("init", "acme", "v1")
    let outcome = try farm.leapfrog("upgrade", "acme", "v2")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.text.contains("no site was closed"), "\(outcome.text)")
    #expect(outcome.text.contains(message), "\(outcome.text)")
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue", "blue"])
    let release = try farm.status()["release"] as? [String: Any]
    #expect(release?["state"] as? String == "failed")
    #expect((release?["moved"] as? [String])?.isEmpty == true)
    try farm.configure()
    try farm.must("upgrade", "acme", "v2")
  }

  @Test func aProfilesBuildRunsBeforeThePairsAndIsPartOfIt() throws {
    let farm = try Farm(extra: "    build: cat first > second")
    try farm.build(first: "echo old > first")
    try farm.must("init", "acme", "v1")
    #expect(try farm.second("blue") == "old\n")
    try farm.must("upgrade", "acme", "v2")
    try farm.build(first: "echo new > first")
    try farm.must("upgrade", "acme", "v1", "--stage-only")
    #expect(try farm.second("blue") == "new\n")
    #expect(try farm.second("green") == "old\n")
  }
}

extension Farm {
  /// Makes the app a profile of its own with a build.
  fileprivate func build(first: String) throws {
    let text = try String(contentsOf: configuration, encoding: .utf8)
    let pairs = text.components(separatedBy: "pairs:\n").last ?? ""
    let app = pairs.replacingOccurrences(of: "app: command", with: "app: own")
    try write("profiles:\n  own: {build: \(first)}\npairs:\n\(app)")
  }

  fileprivate func second(_ platform: String) throws -> String {
    try String(contentsOf: inRoot("\(platform)/second"), encoding: .utf8)
  }
}
