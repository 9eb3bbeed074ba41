import Foundation
import Testing

/// What the commands that only look say, to people and to scripts.
@Suite struct LookingTests {
  @Test func everyDocumentHasItsKeys() throws {
    let farm = try Farm(sites: ["one.example.com", "two.example.com"])
    try farm.must("init", "acme", "v1")
    try expectStatus(farm)
    try farm.must("upgrade", "acme", "v2")
    let history = try farm.json("history", "acme")["pairs"] as? [String: [[String: Any]]]
    let newest = try #require(history?["acme"]?.first)
    #expect(newest["kind"] as? String == "upgrade")
    #expect(newest["moved"] as? [String] == farm.sites)
    let backups = try farm.json("backups", "acme")["backups"] as? [[String: Any]]
    #expect(backups?.count == 2)
    #expect(backups?.allSatisfy { $0["verified"] as? Bool == true } == true)
    let plan = try farm.json("plan", "acme", "v4")
    let keys = ["pair", "ref", "commit", "platform", "commits", "files", "sites", "space", "next"]
    for key in keys { #expect(plan[key] != nil, "\(key)") }
    let rows = try farm.json("site", "list", "acme")["sites"] as? [[String: Any]]
    #expect(rows?.map { $0["platform"] as? String } == ["green", "green"])
    let shown = try farm.json("site", "show", "acme", farm.sites[0])["site"] as? [String: Any]
    #expect(shown?["name"] as? String == farm.sites[0])
    let findings = try farm.json("doctor", "acme")["findings"] as? [String: [[String: Any]]]
    #expect(findings?.keys.sorted() == ["acme", "controller"])
    #expect(findings?["acme"]?.allSatisfy { $0["good"] as? Bool == true } == true)
    try expectEvents(farm)
  }

  private func expectStatus(_ farm: Farm) throws {
    let pair = try farm.status()
    #expect(
      pair.keys.sorted() == ["host", "name", "platforms", "release", "root", "sites"])
    #expect(pair["release"] is NSNull)
    let platforms = try #require(pair["platforms"] as? [String: [String: Any]])
    #expect(platforms.keys.sorted() == ["blue", "green"])
    for platform in platforms.values {
      #expect(platform.keys.sorted() == ["commit", "ref", "sites", "state"])
    }
    #expect(platforms["blue"]?["sites"] as? [String] == farm.sites)
    let sites = try #require(pair["sites"] as? [[String: Any]])
    for site in sites { #expect(site.keys.sorted() == ["name", "platform", "state"]) }
    #expect(sites.map { $0["state"] as? String } == ["serving", "serving"])
  }

  /// Events are one document a line, numbered without gaps.
  private func expectEvents(_ farm: Farm) throws {
    let outcome = try farm.leapfrog("events", "acme", "--json")
    let events = try outcome.output.split(separator: "\n").map { try Farm.object($0) }
    #expect(events.map { $0["number"] as? Int } == Array(1...events.count))
    #expect(events.last?["kind"] as? String == "release.finished")
    let last = try farm.leapfrog("events", "acme", "--after", "\(events.count)")
    #expect(last.status == 0 && last.output.isEmpty)
  }

  @Test func everyCommandHasAnExample() throws {
    let farm = try Farm(sites: ["one.example.com"])
    let commands = [
      "init", "plan", "upgrade", "rollback", "resume", "abort", "pull", "status", "history",
      "events", "doctor", "exec", "backup", "restore", "backups", "site list", "site show",
      "site add", "site remove",
    ]
    for command in [""] + commands {
      let outcome = try farm.leapfrog(command.split(separator: " ").map(String.init) + ["--help"])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("EXAMPLE"), "\(command)")
      #expect(outcome.output.contains("leapfrog \(command)"), "\(command)")
    }
    for shell in ["bash", "zsh", "fish"] {
      let outcome = try farm.leapfrog("--generate-completion-script", shell)
      #expect(outcome.status == 0 && outcome.output.contains("upgrade"))
    }
    #expect(try farm.leapfrog("--version").output.hasPrefix("leapfrog "))
  }

  @Test func linesArePlainInAPipeAndLiveOnATerminal() throws {
    let farm = try Farm(sites: ["one.example.com"])
    let piped = try farm.leapfrog(["init", "acme", "v1"], environment: ["NO_COLOR": ""])
    #expect(piped.status == 0 && !piped.output.contains("\u{1B}"), "\(piped.text)")
    let live = try onTerminal(farm, "upgrade acme v2", noColor: "")
    #expect(live.contains("\u{1B}[32m"), "\(live)")
    #expect(live.contains("\u{1B}[J"), "a running step is drawn over: \(live)")
    let plain = try onTerminal(farm, "upgrade acme v4", noColor: "1")
    #expect(!plain.contains("\u{1B}[32m"), "\(plain)")
    #expect(plain.contains("done"), "\(plain)")
  }

  private func onTerminal(_ farm: Farm, _ command: String, noColor: String) throws -> String {
    let program = Shell.products.appendingPathComponent("leapfrog").path
    let outcome = try Shell.run(
      "/usr/bin/script", ["-qec", "\(program) \(command)", "/dev/null"], in: farm.directory,
      environment: farm.environment.merging(["NO_COLOR": noColor, "TERM": "xterm"]) { $1 })
    try #require(outcome.status == 0, "\(outcome.text)")
    return outcome.output
  }
}
