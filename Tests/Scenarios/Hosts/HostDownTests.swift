import Foundation
import Glibc
import RealServers
import Testing

/// A host where nobody answers: the others go on, and it catches up when it is back.
@Suite struct HostDownTests {
  private let server: SSHDServer
  private let fleet: Fleet

  init() throws {
    server = try SharedServer.another()
    fleet = try Fleet(["web1": ["a"], "web2": ["a"], "web3": ["a"]], servers: ["web2": server])
    try fleet.must("init", "acme", "v1")
  }

  @Test(arguments: [["v2"], []])
  func theOthersMoveAndItCatchesUp(_ ref: [String]) throws {
    server.stop()
    let begun = ContinuousClock.now
    let upgrade = try fleet.leapfrog("upgrade", "acme", "v2")
    #expect(ContinuousClock.now - begun < .seconds(90))
    #expect(upgrade.status == 3, "\(upgrade.text)")
    #expect(upgrade.output.contains("web1, web3 done; web2 failed"), "\(upgrade.text)")
    #expect(upgrade.error.contains("leapfrog: web2 (127.0.0.1:\(server.port)) cannot be reached"))
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v1"], "web3": ["v2"]])
    try server.restart()
    let before = try fleet.releases(on: "web1")
    let caughtUp = try fleet.running(["upgrade", "acme"] + ref + ["--continue"]).end()
    #expect(caughtUp.status == 0, "\(caughtUp.text)")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"], "web3": ["v2"]])
    #expect(try fleet.releases(on: "web1") == before)
  }

  /// What was released meanwhile under the same name is not what the others have.
  @Test func itCatchesUpWithTheCommitThatTheOthersHave() throws {
    try fleet.controller.git("checkout", "-q", "-B", "main", "v2")
    server.stop()
    #expect(try fleet.leapfrog("upgrade", "acme", "main").status == 3)
    try fleet.controller.git("reset", "-q", "--hard", "v4")
    try server.restart()
    try fleet.must("upgrade", "acme", "main", "--continue")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"], "web3": ["v2"]])
    let status = try fleet.must("status", "acme", "--host", "web2")
    #expect(status.output.contains("main"), "\(status.text)")
  }

  @Test func aRollbackThatMissedItIsTakenUp() throws {
    try fleet.must("upgrade", "acme", "v2")
    server.stop()
    let back = try fleet.leapfrog("rollback", "acme", "--yes")
    #expect(back.status == 4, "\(back.text)")
    #expect(
      back.error.contains("run `leapfrog rollback acme --host web1 --host web3`"), "\(back.text)")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"], "web3": ["v2"]])
    try fleet.must("rollback", "acme", "--yes", "--host", "web1", "--host", "web3")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v2"], "web3": ["v1"]])
    try server.restart()
    try fleet.must("rollback", "acme", "--yes")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v1"], "web3": ["v1"]])
    try fleet.must("rollback", "acme", "--yes")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v1"], "web3": ["v1"]])
  }

  @Test func aRollbackOfAHostThatIsNamedAndDownIsNotDone() throws {
    try fleet.must("upgrade", "acme", "v2")
    server.stop()
    let back = try fleet.leapfrog("rollback", "acme", "--yes", "--host", "web1", "--host", "web2")
    #expect(back.status == 3 && back.error.contains("web2 does not answer"), "\(back.text)")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v2"], "web3": ["v2"]])
  }

  @Test func aHostThatWasDownIsMadeByTheSameCommand() throws {
    let server = try SharedServer.another()
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]], servers: ["web2": server])
    server.stop()
    let first = try fleet.leapfrog("init", "acme", "v1")
    #expect(first.status == 3, "\(first.text)")
    try server.restart()
    try fleet.must("init", "acme", "v1")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v1"]])
    #expect(try fleet.releases(on: "web1") == 1)
    let again = try fleet.leapfrog("init", "acme", "v1")
    #expect(again.status == 4, "\(again.text)")
    #expect(again.error.contains("acme is a pair already, with sites on it, on web1, web2"))
  }

  @Test func allDownIsAFailure() throws {
    server.stop()
    let one = try fleet.leapfrog("upgrade", "acme", "v2", "--host", "web2")
    #expect(one.status == 1, "\(one.text)")
    #expect(one.error.contains("cannot be reached"))
  }

  @Test func statusShowsItAndTheOthers() throws {
    server.stop()
    let begun = ContinuousClock.now
    let all = try fleet.leapfrog("status", "--json")
    #expect(ContinuousClock.now - begun < .seconds(50))
    #expect(all.status == 0, "\(all.text)")
    let pairs = try #require(try Farm.object(all.output)["pairs"] as? [[String: Any]])
    #expect(pairs.map { $0["host"] as? String } == fleet.hosts)
    #expect(pairs.map { ($0["sites"] as? [Any])?.count } == [1, 0, 1])
    let error = try #require(pairs[1]["error"] as? [String: Any])
    #expect((error["message"] as? String)?.contains("cannot be reached") == true)
    #expect(pairs[0]["error"] == nil && pairs[2]["error"] == nil)
    let shown = try fleet.leapfrog("status", "acme")
    #expect(shown.status == 1)
    #expect(shown.output.contains("web2 (127.0.0.1:\(server.port)) cannot be reached"))
  }

  @Test func doctorAndTheListsNameIt() throws {
    server.stop()
    let doctor = try fleet.leapfrog("doctor", "acme")
    #expect(doctor.status == 1)
    #expect(doctor.output.contains("cannot be reached"), "\(doctor.text)")
    for words in [
      ["plan", "acme", "v2"], ["site", "list", "acme"], ["history", "acme"], ["backups", "acme"],
      ["events", "acme"],
    ] {
      let listed = try fleet.running(words).end()
      let shown = Comment("\(words): \(listed.text)")
      #expect(listed.status == 3, shown)
      #expect(listed.error.contains("web2 (127.0.0.1:"), shown)
      let isThere = words[0] == "plan" ? "on web3" : "web3"
      #expect(words[0] == "backups" || listed.output.contains(isThere), shown)
    }
  }

  @Test func listsForScriptsNameItToo() throws {
    server.stop()
    for (words, key) in [
      (["plan", "acme", "v2"], "hosts"), (["site", "list", "acme"], "sites"),
      (["history", "acme"], "pairs"), (["backups", "acme"], "backups"),
    ] {
      let listed = try fleet.running(words + ["--json"]).end()
      let document = try Farm.object(listed.output)
      #expect(document[key] != nil, "\(listed.text)")
      #expect((document["errors"] as? [String: Any])?.keys.sorted() == ["web2"], "\(listed.text)")
    }
  }

  @Test func aBlackHoleIsShownInTime() throws {
    guard geteuid() == 0 else { return }
    let road = try NetworkNamespace()
    let far = try SSHDServer(in: road, authorized: [try SharedServer.made.get().key])
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]], servers: ["web2": far], waits: false)
    try fleet.must("init", "acme", "v1")
    try road.cut()
    let begun = ContinuousClock.now
    let status = try fleet.leapfrog("status", "acme", "--timeout", "8")
    #expect(ContinuousClock.now - begun < .seconds(30))
    #expect(status.output.contains("web2 does not answer within 8 s"), "\(status.text)")
    #expect(status.output.contains("a.web1.example.com"))
    let upgrade = try fleet.leapfrog("upgrade", "acme", "v2")
    #expect(upgrade.status == 3, "\(upgrade.text)")
    #expect(ContinuousClock.now - begun < .seconds(110))
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v1"]])
    try road.mend()
    try fleet.must("upgrade", "acme", "--continue")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"]])
  }
}
