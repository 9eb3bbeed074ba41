import Foundation
import Glibc
import RealServers
import Testing

/// Two controllers that know nothing of each other ask one host.
@Suite struct TwoControllersTests {
  @Test func oneOfTwoAtOnceIsRefused() throws {
    let template = try Farm.onV2()
    let farm = try template.twin(on: FarHost())
    let last = try JournalReader(farm).lastRelease()
    try farm.hold()
    let both = try ["v3", "v4"].map { try farm.controller($0, ["upgrade", "acme", $0]) }
    #expect(Bounded.wait(60) { both.contains { !$0.process.isRunning } })
    try farm.letGo()
    let ends = both.map { $0.end() }
    let winner = try #require(ends.firstIndex { $0.status == 0 }, "\(ends.map(\.text))")
    let refused = ends[1 - winner]
    #expect(refused.status == 4, "\(refused.text)")
    let holder = /acme is busy: (stage of|upgrade of acme to) v[34], asked for by (\w+), since 2/
    let match = try #require(refused.error.firstMatch(of: holder), "\(refused.text)")
    #expect(match.2 == NSUserName())
    #expect(try JournalReader(farm).lastRelease() == last + 1)
    try farm.expectAll(on: ["version 3", "version 4"][winner])
  }

  @Test(.enabled(if: geteuid() == 0)) func oneStoppedInItsStageFindsItselfReplaced() throws {
    let template = try Farm.beforeLarge()
    let (farm, first, last) = try stopped(template, .milliseconds(40), Farm.largeRef) {
      $0.lockText.contains("stage of \(Farm.largeRef)")
    }
    try farm.expectReplaced(first, busy: "stage of \(Farm.largeRef)", last: last)
  }

  @Test(.enabled(if: geteuid() == 0)) func oneStoppedBeforeItsOrderFindsItselfReplaced() throws {
    let template = try Farm.onV2()
    // It has not heard of that yet.
    let (farm, first, last) = try stopped(template, .milliseconds(250), "v3") { $0.isStaged("v3") }
    try farm.expectReplaced(first, busy: "stage of v3", last: last)
  }

  /// A controller that is stopped at some moment, before its order is there. A slow machine may do it too
  /// late: then another one is.
  private func stopped(
    _ template: Farm, _ delay: Duration, _ ref: String, when holds: (Farm) -> Bool
  ) throws -> (farm: Farm, first: Running, last: Int64) {
    var attempts = 0
    while true {
      attempts += 1
      let farm = try template.twin(on: FarHost(on: NetworkNamespace(delay: delay)))
      let last = try JournalReader(farm).lastRelease()
      let first = try farm.controller("first", ["upgrade", "acme", ref])
      try #require(
        Bounded.wait(60) { holds(farm) || !first.process.isRunning }, "\(first.text)")
      if first.process.isRunning { kill(first.process.processIdentifier, SIGSTOP) }
      // What was on its way already arrives.
      usleep(1_500_000)
      if try attempts == 3 || JournalReader(farm).lastRelease() == last {
        return (farm, first, last)
      }
      if first.process.isRunning { kill(first.process.processIdentifier, SIGCONT) }
      _ = first.end()
    }
  }
}

extension Farm {
  /// A command of a controller with a state of its own; a session that it leaves locked is given up soon.
  fileprivate func controller(_ name: String, _ arguments: [String]) throws -> Running {
    try Running(
      "leapfrog", arguments, of: self,
      environment: [
        "LEAPFROG_STATE": directory.appendingPathComponent("state-\(name)").path,
        "LEAPFROG_IDLE_LOCKED": "30",
      ])
  }

  /// Whether the idle platform has all code of a ref.
  fileprivate func isStaged(_ ref: String) -> Bool {
    let path = root.appendingPathComponent(".leapfrog/blue.manifest")
    let bytes = (try? Data(contentsOf: path))?.prefix(600) ?? Data()
    let head = String(decoding: bytes, as: UTF8.self)
    return head.contains("\"ref\":\"\(ref)\"") && !head.contains("\"incomplete\"")
  }

  /// Another controller is kept out for a while, then does its release; the one that was stopped is
  /// refused when it goes on, and changes nothing.
  fileprivate func expectReplaced(_ first: Running, busy: String, last: Int64) throws {
    let early = try controller("other", ["upgrade", "acme", "v4"]).end()
    #expect(early.status == 4 && early.error.contains("acme is busy: \(busy), "), "\(early.text)")
    try #require(Bounded.wait(120) { isLockFree })
    let other = try controller("other", ["upgrade", "acme", "v4"]).end()
    #expect(other.status == 0, "\(other.text)")
    kill(first.process.processIdentifier, SIGCONT)
    let end = first.end()
    #expect(end.status == 4, "\(end.text)")
    let change = "acme has changed meanwhile: upgrade of acme to v4, asked for by \(NSUserName())"
    #expect(end.error.contains(change), "\(end.text)")
    #expect(try JournalReader(self).lastRelease() == last + 1)
    try expectAll(on: "version 4")
    let large = root.appendingPathComponent("blue/large").path
    #expect(!FileManager.default.fileExists(atPath: large))
  }

  fileprivate func expectAll(on page: String) throws {
    for site in sites {
      #expect(try self.page(site).contains(page))
      #expect(updates(of: site) == 1)
    }
    #expect(try closedSites() == [])
    #expect(Bounded.wait(25) { isLockFree })
  }
}
