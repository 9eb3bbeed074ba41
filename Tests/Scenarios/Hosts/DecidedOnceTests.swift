import Foundation
import Glibc
import RealServers
import Testing

/// What a controller decided on is what it may do on every host, however late it comes to it.
@Suite struct DecidedOnceTests {
  private static let hosts: KeyValuePairs<String, [String]> = [
    "web1": ["a"], "web2": ["a"], "web3": ["a"],
  ]
  private let canary = "a.web1.example.com"

  /// All sites on v2, and an upgrade to v3 whose canary host is at work.
  private func underWay() throws -> (fleet: Fleet, upgrade: Running) {
    let fleet = try Fleet(Self.hosts, extra: "    canary: [web1]\n    hosts_at_once: 1")
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.clearBegun(canary, on: "web1")
    try fleet.hold(canary, on: "web1")
    let upgrade = try fleet.running(["upgrade", "acme", "v3"])
    try fleet.controller.wait(60) { try fleet.hasBegun(canary, on: "web1") }
    return (fleet, upgrade)
  }

  /// The upgrade that was decided earlier comes to a host that another one has brought further meanwhile.
  @Test(arguments: [false, true])
  func aSlowCanaryTakesNoOtherHostBack(isStopped: Bool) throws {
    let (fleet, upgrade) = try underWay()
    let process = upgrade.process.processIdentifier
    if isStopped { kill(process, SIGSTOP) }
    let later = try fleet.must("upgrade", "acme", "v4", "--host", "web3")
    #expect(later.error.contains("this replaces the upgrade to v3, planned by"), "\(later.text)")
    try fleet.letGo(canary, on: "web1")
    if isStopped { kill(process, SIGCONT) }
    let end = upgrade.end()
    #expect(end.status == 3, "\(end.text)")
    let told =
      "web3: acme has changed meanwhile: upgrade of acme to v4, asked for by \(NSUserName()), since 2"
    #expect(end.error.contains(told), "\(end.text)")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3"], "web3": ["v4"]])
    let status = try fleet.must("status", "acme")
    #expect(!status.output.contains("planned"), "\(status.text)")
  }

  /// A host that said nothing when the release was decided has no part in a decision that is older than its own.
  @Test func aHostThatWasSilentIsNotTakenBack() throws {
    let server = try SharedServer.another()
    let fleet = try Fleet(
      Self.hosts, servers: ["web3": server], extra: "    canary: [web1]\n    hosts_at_once: 1")
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.clearBegun(canary, on: "web1")
    try fleet.hold(canary, on: "web1")
    server.stop()
    let upgrade = try fleet.running(["upgrade", "acme", "v3"])
    try fleet.controller.wait(60) { try fleet.hasBegun(canary, on: "web1") }
    try server.restart()
    try fleet.must("upgrade", "acme", "v4", "--host", "web3")
    try fleet.letGo(canary, on: "web1")
    let end = upgrade.end()
    #expect(end.status == 3, "\(end.text)")
    let told = "web3: acme has a later decision: upgrade of acme to v4, asked for by "
    #expect(end.error.contains(told), "\(end.text)")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3"], "web3": ["v4"]])
  }

  /// The controller dies while the canary host works: each host knows what is planned, and blocks nothing.
  @Test func aDeadControllerLeavesItsPlanOnEveryHost() throws {
    let (fleet, upgrade) = try underWay()
    kill(upgrade.process.processIdentifier, SIGKILL)
    _ = upgrade.end()
    try fleet.letGo(canary, on: "web1")
    try fleet.must("events", "acme", "--follow")
    let pairs = try #require(try fleet.json("status")["pairs"] as? [[String: Any]])
    let plans = pairs.map { ($0["planned"] as? [String: Any])?["ref"] as? String }
    #expect(plans == [nil, "v3", "v3"])
    let status = try fleet.must("status", "acme")
    #expect(status.output.contains("planned: upgrade to v3 by \(NSUserName()) at 2"))
    #expect(status.output.contains("next: leapfrog upgrade acme v3 --continue"))
    try fleet.must("backup", "acme", "--host", "web3")
    let other = try fleet.must("upgrade", "acme", "v4", "--host", "web3")
    #expect(other.error.contains("this replaces the upgrade to v3"), "\(other.text)")
    try fleet.must("upgrade", "acme", "v4")
    #expect(try fleet.versions() == ["web1": ["v4"], "web2": ["v4"], "web3": ["v4"]])
    #expect(try !fleet.must("status", "acme").output.contains("planned"))
  }

  @Test func whatIsPlannedGoesOnByTheCommandThatIsShown() throws {
    let (fleet, upgrade) = try underWay()
    kill(upgrade.process.processIdentifier, SIGKILL)
    _ = upgrade.end()
    try fleet.letGo(canary, on: "web1")
    try fleet.must("events", "acme", "--follow")
    try fleet.must("upgrade", "acme", "v3", "--continue")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3"], "web3": ["v3"]])
    #expect(try !fleet.must("status", "acme").output.contains("planned"))
  }
}

/// A's release, stopped at every point of it, beside B's later one.
@Suite struct InterleavingTests {
  @Test func onOneHost() throws {
    try run(
      ["web1": ["a"]], canary: false,
      at: ["looked.web1", "staged.web1", "ordered.web1", "done.web1"])
  }

  @Test func onTwoHosts() throws {
    try run(
      ["web1": ["a"], "web2": ["a"]], at: ["planned", "done.web1", "looked.web2", "staged.web2"])
  }

  @Test func onThreeHosts() throws {
    try run(
      ["web1": ["a"], "web2": ["a"], "web3": ["a"]],
      at: ["surveyed", "planned"]
        + ["web1", "web2", "web3"].flatMap { host in
          ["looked", "staged", "ordered", "done"].map { "\($0).\(host)" }
        })
  }

  private func run(
    _ hosts: KeyValuePairs<String, [String]>, canary: Bool = true, at points: [String]
  ) throws {
    let fleet = try Fleet(
      hosts, extra: "    hosts_at_once: 1" + (canary ? "\n    canary: [web1]" : ""),
      block: { _ in "            aliases: []" })
    try fleet.must("init", "acme", "v1")
    for (number, point) in points.enumerated() {
      let (first, later) = ("first-\(number)", "later-\(number)")
      for name in [first, later] {
        try fleet.controller.commit(name, on: "v1", ["index.html": name])
      }
      let early = try fleet.controller("first", ["upgrade", "acme", first], stopsAt: point)
      try fleet.controller.wait(60) { early.isStopped || !early.process.isRunning }
      try #require(early.process.isRunning, "\(point): \(early.text)")
      let other = try fleet.untilFree("other", ["upgrade", "acme", later])
      #expect(other.status == 0, "\(point): \(other.text)")
      kill(early.process.processIdentifier, SIGCONT)
      let end = early.end()
      for (host, site) in fleet.sites {
        let page = try fleet[host].page(site)
        #expect(page == later, "\(point): \(site) of \(host) is on \(page)")
      }
      let last = fleet.hosts.last ?? ""
      let isThrough = point == "ordered.\(last)" || point == "done.\(last)"
      #expect((end.status == 0) == isThrough, "\(point): \(end.text)")
      let told = end.error.matches(of: /upgrade of acme to (later-[0-9]+), asked for by/)
      #expect(isThrough || Set(told.map { "\($0.1)" }) == [later], "\(point): \(end.text)")
    }
  }
}

extension Fleet {
  /// Forgets that a site's update was ever begun.
  fileprivate func clearBegun(_ site: String, on host: String) throws {
    try FileManager.default.removeItem(at: self[host].data(site).appendingPathComponent("begun"))
  }

  /// A command of a controller with a state of its own; a session that it keeps while it is stopped is given
  /// up soon.
  fileprivate func controller(
    _ name: String, _ arguments: [String], stopsAt point: String? = nil
  ) throws -> Running {
    var more = [
      "LEAPFROG_STATE": controller.directory.appendingPathComponent("state-\(name)").path
    ]
    if let point {
      more["LEAPFROG_STOP"] = point
      more["LEAPFROG_IDLE_LOCKED"] = "2"
    }
    return try Running(
      "leapfrog", arguments, of: controller, environment: environment.merging(more) { $1 })
  }

  /// The same once nobody else is at work.
  fileprivate func untilFree(_ name: String, _ arguments: [String]) throws -> Outcome {
    let deadline = ContinuousClock.now + .seconds(90)
    while true {
      let outcome = try controller(name, arguments).end()
      let isBusy = outcome.error.contains(" is busy: ") || outcome.error.contains(" is running")
      if !isBusy || ContinuousClock.now > deadline { return outcome }
      usleep(200_000)
    }
  }
}

extension Running {
  /// Whether the process was stopped by a signal.
  fileprivate var isStopped: Bool {
    let stat = try? String(
      contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
    return stat?.split(separator: ")").last?.split(separator: " ").first == "T"
  }
}
