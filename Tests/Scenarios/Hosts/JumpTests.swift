import Foundation
import Glibc
import RealServers
import Testing

/// A host that lies behind another one: there is no other way to it.
@Suite(.enabled(if: geteuid() == 0)) struct JumpTests {
  private let keys: SSHKeys
  private let key: SSHKeys.Key
  private let gate: SSHDServer
  private let hidden: HostCase

  init() throws {
    keys = try SSHKeys()
    let key = try keys.make()
    let road = try NetworkNamespace()
    let behind = try NetworkNamespace(behind: road)
    let gate = try SSHDServer(in: road, authorized: [key])
    hidden = try HostCase(server: { try SSHDServer(in: behind, authorized: [$0]) })
    (self.key, self.gate) = (key, gate)
    try tell()
  }

  private func tell(
    gate known: SSHClientConfiguration.Known = .plainly, jump: String = "gate",
    hidden knownHidden: SSHClientConfiguration.Known = .plainly
  ) throws {
    var host = SSHClientConfiguration.Host(
      HostCase.name, hidden.server, keys: [hidden.key], jump: jump)
    host.known = knownHidden
    try hidden.client.write([.init("gate", gate, keys: [key], known: known), host])
  }

  @Test func itIsReachedThroughTheGate() throws {
    try hidden.expectSight()
    #expect(gate.log.contains("Accepted publickey"))
    try tell(jump: "\(SSHDServer.account)@gate:22")
    try hidden.expectSight()
  }

  @Test func theGateIsProvenToo() throws {
    try tell(gate: .never)
    let before = hidden.homeContents()
    let refused = try hidden.leapfrog("upgrade", "acme", "v2")
    #expect(refused.status == 4, "\(refused.text)")
    #expect(refused.error.hasPrefix("leapfrog: gate is not a known host"), "\(refused.text)")
    #expect(refused.error.contains("`leapfrog host add gate`"), "\(refused.text)")
    #expect(refused.error.split(separator: "\n").count == 1, "\(refused.text)")
    #expect(hidden.homeContents() == before)
    try hidden.must("host", "add", "gate", "--yes")
    try hidden.expectSight()
  }

  @Test func theHiddenHostIsIntroducedThroughTheGate() throws {
    try tell(hidden: .never)
    try hidden.expectRefusal(4, "is not a known host", "`leapfrog host add web1`")
    try hidden.must("host", "add", "web1", "--yes")
    try hidden.expectSight()
  }

  @Test func aHiddenHostThatIsDown() throws {
    hidden.server.stop()
    try hidden.expectRefusal(1, "cannot be reached", "gate")
  }

  @Test func aGateThatLetsNobodyThrough() throws {
    let closed = try SSHDServer(authorized: [key], extra: ["AllowTcpForwarding no"])
    var host = SSHClientConfiguration.Host(
      HostCase.name, hidden.server, keys: [hidden.key], jump: "shut")
    host.known = .plainly
    try hidden.client.write([.init("shut", closed, keys: [key]), host])
    try hidden.expectRefusal(1, "shut")
  }
}
