import Foundation
import Glibc
import RealServers
import Testing

/// `leapfrog host`: what is known of hosts, and what they have.
@Suite struct HostCommandTests {
  private func json(_ outcome: Outcome) throws -> [String: Any] {
    try #require(outcome.output.split(separator: "\n").count == 1, "\(outcome.text)")
    return try Farm.object(outcome.output)
  }

  private func rows(_ host: HostCase) throws -> [[String: Any]] {
    try json(host.must("host", "list", "--json"))["hosts"] as? [[String: Any]] ?? []
  }

  @Test func aHostIsListedFromTheConfigurationOn() throws {
    let host = try HostCase()
    let before = try #require(rows(host).first)
    #expect(before["name"] as? String == "web1" && before["pairs"] as? [String] == ["acme"])
    #expect(before["address"] == nil || before["address"] is NSNull)
    #expect(try host.must("host", "list").output.contains("not yet"))
    let added = try host.must("host", "add", "web1")
    #expect(added.output.contains("host key") && added.output.contains("SHA256:"), "\(added.text)")
    let after = try #require(rows(host).first)
    let address = "\(SSHDServer.account)@127.0.0.1:\(host.server.port)"
    #expect(after["address"] as? String == address)
    #expect(after["executable"] as? String == "this version")
    #expect(try rows(host).count == 1)
    let text = try host.must("host", "list").output
    #expect(text.contains(address) && text.contains("this version"), "\(text)")
  }

  @Test func noConfigurationIsNeeded() throws {
    let host = try HostCase()
    try FileManager.default.removeItem(at: host.farm.configuration)
    try host.must("host", "add", "web1")
    let list = try host.leapfrog("host", "list", environment: ["HOME": host.server.home])
    #expect(list.status == 0 && list.output.contains("web1"), "\(list.text)")
  }

  /// A check in which the machine made no pause: one that it made is measured too.
  private func quickCheck(_ host: HostCase) throws -> (Outcome, [String: Any]) {
    for _ in 1...9 {
      let outcome = try host.leapfrog("host", "check", "web1", "--json")
      let found = try json(outcome)
      let (way, difference) = (found["round_trip"] as? Double, found["clock_difference"] as? Double)
      if let way, let difference, way < 0.5, abs(difference) < 1 { return (outcome, found) }
    }
    let outcome = try host.leapfrog("host", "check", "web1", "--json")
    return (outcome, try json(outcome))
  }

  @Test func whatAHostHasIsMeasured() throws {
    let host = try HostCase()
    let (outcome, found) = try quickCheck(host)
    let findings = try #require(found["findings"] as? [[String: Any]])
    let isGood = findings.allSatisfy { $0["good"] as? Bool == true }
    #expect(outcome.status == (isGood ? 0 : 1), "\(outcome.text)")
    let roundTrip = try #require(found["round_trip"] as? Double)
    #expect(roundTrip > 0 && roundTrip < 1)
    #expect(abs(try #require(found["clock_difference"] as? Double)) < 2)
    #expect(found["digest"] as? String == (try HostCase.digest.get()))
    let machine = try #require(found["machine"] as? [String: Any])
    #expect(machine["user"] as? String == SSHDServer.account)
    #expect((found["upload"] as? [String: Any])?["bytes"] as? Int != nil)
    let subjects = Set(findings.compactMap { $0["subject"] as? String })
    #expect(subjects.isSuperset(of: ["clock", "sessions", "root acme", "space acme"]))
    try host.expectSight()
    #expect(try rows(host).first?["added"] is NSNull || rows(host).first?["added"] == nil)
  }

  @Test func aRootThatCannotBeIsFound() throws {
    let host = try HostCase()
    try host.prepare()
    try host.farm.configure()
    try host.farm.put(
      on: HostCase.name, root: host.farm.configuration.appendingPathComponent("below-a-file"))
    let check = try host.leapfrog("host", "check", "web1")
    #expect(check.status == 1, "\(check.text)")
    #expect(check.output.contains("bad  root acme: "), "\(check.text)")
    #expect(check.output.contains("ok   clock: as here"), "\(check.text)")
    #expect(!check.output.contains("put there in"), "\(check.text)")
  }

  @Test func aNameThatIsNone() throws {
    let host = try HostCase()
    for name in ["-oProxyCommand=x", "a b", "a;b", ""] {
      let refused = try host.leapfrog("host", "add", "--", name)
      #expect(refused.status == 2, "\(name): \(refused.text)")
      #expect(refused.error.split(separator: "\n").count == 1, "\(name): \(refused.text)")
    }
  }

  // MARK: Removing

  @Test func aHostThatIsRemovedKeepsItsPair() throws {
    let host = try HostCase()
    try host.must("host", "add", "web1")
    try host.must("status", "acme")
    let before = try SharedPair.contents()
    let removed = try host.must("host", "remove", "web1")
    #expect(removed.output.contains("web1 is forgotten"), "\(removed.text)")
    #expect(!FileManager.default.fileExists(atPath: host.place))
    #expect(try SharedPair.contents() == before)
    #expect(try host.must("host", "list").output.contains("not yet"))
    try host.expectSight(uploads: true)
  }

  @Test func aHostThatIsGoneIsForgotten() throws {
    let host = try HostCase()
    try host.must("host", "add", "web1")
    host.server.stop()
    try host.refused(["host", "remove", "web1"], 1, "Connection refused")
    #expect(try rows(host).first?["address"] is String)
    try host.must("host", "remove", "web1", "--forget")
    #expect(host.versions().count == 1)
    #expect(try host.must("host", "list").output.contains("not yet"))
  }

  @Test func aHostAtWorkIsNotRemoved() throws {
    let host = try HostCase()
    try host.makeOwnPair()
    let update = "#!/bin/sh\nwhile ! test -e \(host.farm.directory.path)/go; do sleep 0.1; done\n"
    try host.farm.commit("slow", on: "v1", ["bin/update": update])
    let release = try host.farm.start(["upgrade", "acme", "slow"], environment: host.environment)
    try host.farm.wait(60) { try !host.farm.closedSites().isEmpty }
    try host.refused(["host", "remove", "web1"], 4, "at work", "`leapfrog status --host web1`")
    #expect(host.versions().count == 1)
    try Data().write(to: host.farm.directory.appendingPathComponent("go"))
    release.waitUntilExit()
    #expect(release.terminationStatus == 0)
    #expect(try host.farm.platform("one.example.com") == "green")
    try host.must("host", "remove", "web1")
    #expect(host.versions().isEmpty)
  }
}
