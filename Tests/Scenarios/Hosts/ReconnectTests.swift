import Foundation
import Glibc
import RealServers
import Testing

/// The link breaks in the middle of a release, which goes on without it.
@Suite struct ReconnectTests {
  private let host: HostCase
  private let site = "one.example.com"

  init() throws {
    host = try HostCase()
    try host.makeOwnPair()
    let update = "#!/bin/sh\nwhile ! test -e \(go.path); do sleep 0.1; done\n"
    try host.farm.commit("slow", on: "v1", ["bin/update": update])
  }

  /// The update ends when this is there.
  private var go: URL { host.farm.directory.appendingPathComponent("go") }

  /// A release whose update is under way.
  private func begin(patience: Int = 60) throws -> Process {
    let release = try host.farm.start(
      ["upgrade", "acme", "slow"],
      environment: host.environment.merging(["LEAPFROG_LINK_TIMEOUT": "\(patience)"]) { $1 })
    try host.farm.wait(60) {
      try !host.farm.closedSites().isEmpty && said("started.out").contains("\(site): began")
    }
    return release
  }

  private func said(_ name: String) throws -> String {
    try String(contentsOf: host.farm.directory.appendingPathComponent(name), encoding: .utf8)
  }

  private func letGo() throws { try Data().write(to: go) }

  private func expectMoved(location: SourceLocation = #_sourceLocation) throws {
    try host.farm.wait(30) { try host.farm.closedSites().isEmpty }
    #expect(try host.farm.platform(site) == "green", sourceLocation: location)
    let look = try host.leapfrog("status", "acme", "--timeout", "60")
    #expect(look.output.contains("serving"), "\(look.text)", sourceLocation: location)
  }

  private func cutAll() { host.server.sessions().forEach { kill($0, SIGKILL) } }

  @Test func aLinkThatIsKilledIsMadeAgain() throws {
    let release = try begin()
    cutAll()
    try host.farm.wait(30) { try said("started.err").contains("is back") }
    try letGo()
    release.waitUntilExit()
    #expect(release.terminationStatus == 0)
    let notes = try said("started.err").split(separator: "\n")
    #expect(notes.count == 2 && notes[0].contains("goes on, trying again"), "\(notes)")
    #expect(try said("started.out").contains("\(site): done"))
    try expectMoved()
  }

  @Test func aServerThatIsAwayForAWhile() throws {
    let release = try begin()
    host.server.stop()
    try letGo()
    try host.farm.wait(30) { try host.farm.closedSites().isEmpty }
    try host.server.restart()
    release.waitUntilExit()
    #expect(release.terminationStatus == 0)
    #expect(try said("started.out").contains("\(site): done"), "what was missed is told")
    try expectMoved()
  }

  @Test func aServerThatComesBackWithAnotherKey() throws {
    let release = try begin()
    try host.server.restart(hostKeys: [.ed25519])
    release.waitUntilExit()
    #expect(release.terminationStatus == 4)
    #expect(try said("started.err").contains("the host key of web1 has changed"))
    try letGo()
    try host.farm.wait(30) { try host.farm.closedSites().isEmpty }
    #expect(try host.farm.platform(site) == "green", "the release went on")
  }

  @Test func aKeyThatIsGoneMeanwhile() throws {
    let release = try begin()
    try FileManager.default.removeItem(atPath: host.key.path)
    cutAll()
    release.waitUntilExit()
    #expect(release.terminationStatus == 5, "nobody knows what comes of it")
    let last = try said("started.err").split(separator: "\n").last ?? ""
    #expect(last.contains("web1 does not let \(SSHDServer.account) in"), "\(last)")
    #expect(last.contains("goes on by itself; run `leapfrog events acme --follow`"), "\(last)")
    try letGo()
    try host.farm.wait(30) { try host.farm.closedSites().isEmpty }
    #expect(try host.farm.platform(site) == "green", "the release went on")
  }

  @Test func aServerThatStaysAwayIsGivenUp() throws {
    let release = try begin(patience: 1)
    host.server.stop()
    release.waitUntilExit()
    #expect(release.terminationStatus == 5, "nobody knows what came of it")
    let last = try said("started.err").split(separator: "\n").last ?? ""
    #expect(last.contains("web1") && last.contains("Connection refused"), "\(last)")
    #expect(last.contains("goes on by itself; run `leapfrog events acme --follow`"), "\(last)")
    try letGo()
    try host.server.restart()
    try expectMoved()
  }
}
