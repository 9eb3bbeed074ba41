import Foundation
import Testing

/// Root and an ordinary user who work on the same pair. Needs root here, to be both.
@Suite(.enabled(if: getuid() == 0)) struct SharedRootTests {
  private let site = "one.example.com"
  private let user: TestAccount
  private let farm: Farm
  private let asUser: ([String]) throws -> Outcome

  init() throws {
    user = try TestAccount()
    farm = try Farm(sites: ["one.example.com"])
    asUser = try user.programs(of: farm)
  }

  private func user(_ arguments: String...) throws {
    let outcome = try asUser(arguments)
    try #require(outcome.status == 0, "\(arguments): \(outcome.text)")
  }

  @Test func aRunByRootLocksNobodyOut() throws {
    try user("init", "acme", "v1")
    let git = farm.directory.appendingPathComponent(".gitconfig")
    try Data("[safe]\n\tdirectory = *\n".utf8).write(to: git)
    // Everything that root may do there, journal and backups among it.
    for command in [
      ["status"], ["doctor", "acme"], ["backup", "acme"], ["upgrade", "acme", "v2"],
    ] {
      let outcome = try farm.leapfrog(command, environment: ["HOME": farm.directory.path])
      #expect(outcome.status == 0, "\(command): \(outcome.text)")
    }
    let who = try farm.leapfrog("exec", site, "--", "id", "-un")
    #expect(who.output == "\(user.name)\n", "\(who.text)")
    let found = try Shell.run(
      "/usr/bin/find", [farm.root.path, "!", "-user", user.name], in: farm.root)
    #expect(found.output.isEmpty, "\(found.text)")
    try user("status", "acme")
    try user("exec", site, "--", "true")
    try user("upgrade", "acme", "v4")
    #expect(try farm.page(site).contains("version 4"))
  }

  /// What root does there is what the user could have done.
  @Test func noLinkOfTheUsersLeadsRootAnywhere() throws {
    try user("init", "acme", "v1")
    let canary = URL(fileURLWithPath: "/tmp/leapfrog-canary-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: canary, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: canary) }
    for name in ["backups", ".leapfrog/jobs", ".leapfrog/aside"] {
      let place = farm.inRoot(name)
      try FileManager.default.moveItem(
        at: place, to: farm.directory.appendingPathComponent(UUID().uuidString))
      try FileManager.default.createSymbolicLink(at: place, withDestinationURL: canary)
    }
    let outcome = try farm.leapfrog("upgrade", "acme", "v2")
    #expect(outcome.status != 0, "\(outcome.text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: canary.path).isEmpty)
  }

  @Test func whatAnOlderLeapfrogLeftIsGivenBack() throws {
    try user("init", "acme", "v1")
    _ = try Shell.run(
      "/bin/chown", ["root:root", farm.inRoot(".leapfrog/journal.sqlite").path], in: farm.root)
    let refused = try asUser(["status", "acme"])
    #expect(refused.text.contains("is root's"), "\(refused.text)")
    let remedy = try #require(refused.text.split(separator: "`").first { $0.hasPrefix("sudo ") })
    let mended = try Shell.run("/bin/sh", ["-c", String(remedy.dropFirst(5))], in: farm.root)
    #expect(mended.status == 0, "\(mended.text)")
    try user("upgrade", "acme", "v2")
  }

  /// One look shows pairs of both.
  @Test func rootSeesItsOwnPairsBesides() throws {
    try user("init", "acme", "v1")
    let other = try Farm(sites: ["two.example.com"])
    try other.must("init", "acme", "v1")
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    let second = try String(contentsOf: other.configuration, encoding: .utf8)
      .replacingOccurrences(of: "pairs:\n", with: "")
      .replacingOccurrences(of: "  acme:\n", with: "  other:\n")
    _ = try Shell.run(
      "/bin/sed",
      ["-i", #"s/"name":"acme"/"name":"other"/"#, other.inRoot(".leapfrog/pair.json").path],
      in: farm.directory)
    try farm.write(text + "\n" + second)
    let status = try farm.leapfrog("status")
    #expect(status.status == 0 && status.text.contains("two.example.com"), "\(status.text)")
    #expect(status.text.contains(site), "\(status.text)")
  }
}
