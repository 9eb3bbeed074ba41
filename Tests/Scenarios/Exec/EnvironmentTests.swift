import Foundation
import Testing

/// What commands get of the environment that leapfrog has: little, and what the configuration lists.
@Suite struct EnvironmentTests {
  private let farm: Farm
  private let site = "one.example.com"
  private static let secrets = [
    "RESTIC_PASSWORD", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "PGPASSWORD", "MYSQL_PWD",
    "OTHER_TOKEN",
  ]

  init() throws { farm = try Farm(sites: ["one.example.com"]) }

  private func configure(listed: String, status: String = "") throws {
    try farm.configure(
      extra: "    environment: [\(listed)]\n    build: env > build.env",
      siteExtra: """
                  close: env > $LEAPFROG_SITE_DATA/close.env
                  status: env > $LEAPFROG_SITE_DATA/status.env; \(status) true
        """)
  }

  @Test func secretsReachNeitherACommandNorABuild() throws {
    let canary = UUID().uuidString
    var environment = Dictionary(uniqueKeysWithValues: Self.secrets.map { ($0, canary) })
    environment["LISTED"] = "listed \(canary)"
    environment["PATH"] = "bin:.:\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    try configure(listed: "LISTED")
    for command in [["init", "acme", "v1"], ["upgrade", "acme", "v2"]] {
      let outcome = try farm.leapfrog(command, environment: environment)
      try #require(outcome.status == 0, "\(outcome.text)")
    }
    var texts = [
      try farm.leapfrog(["exec", site, "--", "env"], environment: environment).output
    ]
    for path in ["green/build.env", "sites/\(site)/close.env", "sites/\(site)/status.env"] {
      texts.append(try String(contentsOf: farm.inRoot(path), encoding: .utf8))
    }
    for text in texts {
      let lines = text.split(separator: "\n").map(String.init)
      #expect(lines.filter { $0.contains(canary) } == ["LISTED=listed \(canary)"], "\(text)")
      #expect(lines.contains { $0.hasPrefix("PATH=/") } && !text.contains(":.:"), "\(text)")
      #expect(lines.contains { $0.hasPrefix("HOME=/") }, "\(text)")
      #expect(lines.contains("LEAPFROG_PAIR=acme"), "\(text)")
    }
    let kept = try Shell.run(
      "/usr/bin/grep", ["-rl", canary, farm.inRoot(".leapfrog").path], in: farm.root)
    #expect(kept.output.isEmpty, "\(kept.text)")
  }

  /// As if the last release was one of a leapfrog that handed on everything.
  private func forgetThatItIsListed() throws {
    let journal = farm.inRoot(".leapfrog/journal.sqlite").path
    let made = try Shell.run(
      "/usr/bin/sqlite3",
      [journal, "UPDATE release SET work = json_remove(work, '$.spec.environment')"],
      in: farm.directory)
    try #require(made.status == 0, "\(made.text)")
  }

  @Test func whatAnAppHadSoFarIsMissedBeforeItsSiteIsClosed() throws {
    let secret = UUID().uuidString
    try farm.must("init", "acme", "v1")
    try configure(listed: "", status: #"test -n "$NEEDED" && "#)
    try forgetThatItIsListed()
    let refused = try farm.leapfrog(["upgrade", "acme", "v2"], environment: ["NEEDED": secret])
    #expect(refused.status == 1 && !refused.text.contains(secret), "\(refused.text)")
    #expect(refused.text.contains("one.example.com: preflight failed"), "\(refused.text)")
    #expect(refused.text.contains("`environment: ["), "\(refused.text)")
    #expect(refused.text.contains("NEEDED"), "\(refused.text)")
    try expectNeverClosed()
    try configure(listed: "NEEDED", status: #"test -n "$NEEDED" && "#)
    let moved = try farm.leapfrog(
      ["upgrade", "acme", "v2", "--continue"], environment: ["NEEDED": secret])
    #expect(moved.status == 0, "\(moved.text)")
  }

  @Test func soIsWhatTheNewCodeAsksFor() throws {
    try farm.must("init", "acme", "v1")
    try farm.commit("needs", on: "v1", ["needs": "", "bin/pending": "#!/bin/sh\n"])
    try configure(listed: "", status: #"test ! -e needs -o -n "$NEEDED" && "#)
    try forgetThatItIsListed()
    let refused = try farm.leapfrog(["upgrade", "acme", "needs"], environment: ["NEEDED": "1"])
    #expect(refused.status == 1, "\(refused.text)")
    #expect(refused.text.contains("one.example.com: seat failed"), "\(refused.text)")
    #expect(refused.text.contains("NEEDED"), "\(refused.text)")
    try expectNeverClosed()
  }

  private func expectNeverClosed() throws {
    #expect(!FileManager.default.fileExists(atPath: farm.data(site).path + "/close.env"))
    #expect(try farm.closedSites().isEmpty && farm.page(site).contains("version 1"))
  }

  /// A site that is broken is mended by a release; that its commands once got more is no reason to refuse it.
  @Test func whoHasMovedWithoutThemIsNotAsked() throws {
    try farm.must("init", "acme", "v1")
    try configure(listed: "", status: "test $LEAPFROG_REF = v2 && ")
    let moved = try farm.leapfrog(["upgrade", "acme", "v2"], environment: ["ANYTHING": "1"])
    #expect(moved.status == 0, "\(moved.text)")
  }

  @Test func doctorNamesWhatIsNotHandedOn() throws {
    let secret = UUID().uuidString
    try configure(listed: "LISTED")
    try farm.must("init", "acme", "v1")
    let look = try farm.leapfrog(
      ["doctor", "acme"], environment: ["NEEDED": secret, "LISTED": secret, "SHLVL": "3"])
    #expect(!look.text.contains(secret), "\(look.text)")
    let line = look.output.split(separator: "\n").first { $0.contains("not given to commands") }
    #expect(line?.contains("NEEDED") == true && line?.contains("`environment: [") == true)
    #expect(line?.contains("LISTED") == false && line?.contains("SHLVL") == false, "\(look.text)")
  }
}
