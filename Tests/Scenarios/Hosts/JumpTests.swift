import Foundation
import Glibc
import RealServers
import Testing

/// A host that lies behind another one: there is no other way to it.
@Suite(.enabled(if: geteuid() == 0)) struct JumpTests {
  private let keys: SSHKeys
  private let key: SSHKeys.Key
  private let gate: SSHDServer
  /// Where the hidden host is.
  private let behind: NetworkNamespace
  private let hidden: HostCase

  init() throws {
    keys = try SSHKeys()
    let key = try keys.make()
    let road = try NetworkNamespace()
    let behind = try NetworkNamespace(behind: road)
    let gate = try SSHDServer(in: road, authorized: [key])
    hidden = try HostCase(server: { try SSHDServer(in: behind, authorized: [$0]) })
    (self.key, self.gate, self.behind) = (key, gate, behind)
    try tell()
  }

  private func tell(
    gate known: SSHClientConfiguration.Known = .plainly, jump: String = "gate",
    hidden knownHidden: SSHClientConfiguration.Known = .plainly,
    more: [SSHClientConfiguration.Host] = [], extra: [String] = []
  ) throws {
    var host = SSHClientConfiguration.Host(
      HostCase.name, hidden.server, keys: [hidden.key], jump: jump)
    host.known = knownHidden
    try hidden.client.write(
      [.init("gate", gate, keys: [key], known: known, extra: extra), host] + more)
  }

  @Test func itIsReachedThroughTheGate() throws {
    try hidden.expectSight()
    #expect(gate.log.contains("Accepted publickey"))
    try tell(jump: "\(SSHDServer.account)@gate:22")
    try hidden.expectSight()
  }

  /// A second way in to where the hidden host is.
  private func door() throws -> SSHDServer {
    try SSHDServer(in: behind, port: 2222, authorized: [key])
  }

  @Test func theWayToTheFirstHostOnTheWayIsItsOwn() throws {
    let door = try door()
    let entry = SSHClientConfiguration.Host("door", door, keys: [key], jump: "gate")
    try tell(jump: "door", more: [entry])
    #expect(try hidden.client.ssh("web1", "true").status == 0, "as for ssh itself")
    try hidden.expectSight()
    #expect(gate.log.contains("Accepted publickey") && door.log.contains("Accepted publickey"))
  }

  @Test func theWayToALaterHostIsTheOnesBefore() throws {
    let door = try door()
    let entry = SSHClientConfiguration.Host("door", door, keys: [key], jump: "nowhere")
    try tell(jump: "gate,door", more: [entry])
    try hidden.expectSight()
  }

  @Test func aProxyCommandOfTheFirstHostOnTheWay() throws {
    try tell(extra: ["ProxyCommand nc %h %p"])
    try expectGateRefused(2, "ssh reaches gate by a ProxyCommand", "`ssh -G gate`")
  }

  @Test(arguments: ["gate", "web1"]) func aWayThatLeadsBackToItself(jump: String) throws {
    try tell(extra: ["ProxyJump \(jump)"])
    try hidden.expectRefusal(2, "leads through \(jump) once more", "`ssh -G \(jump)`")
  }

  @Test func aRevokedKeyOfTheGate() throws {
    let list = "\(key.path).revoked"
    try Data(gate.hostKeys[0].publicKey.utf8).write(to: URL(fileURLWithPath: list))
    try tell(extra: ["RevokedHostKeys \(list)"])
    try expectGateRefused(4, "the host key of gate is revoked in \(list)", "`ssh -v gate`")
  }

  /// Nothing is done, for a reason that is told of the gate alone.
  private func expectGateRefused(
    _ status: Int32, _ beginning: String, _ advice: String,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let before = hidden.homeContents()
    let refused = try hidden.leapfrog("upgrade", "acme", "v2")
    #expect(refused.status == status, "\(refused.text)", sourceLocation: location)
    for text in ["leapfrog: \(beginning)", advice] {
      #expect(refused.error.contains(text), "\(refused.text)", sourceLocation: location)
    }
    let lines = refused.error.split(separator: "\n")
    #expect(lines.count == 1, "\(refused.text)", sourceLocation: location)
    #expect(hidden.homeContents() == before, sourceLocation: location)
  }

  @Test func theGateIsProvenToo() throws {
    try tell(gate: .never)
    try expectGateRefused(4, "gate is not a known host", "`leapfrog host add gate`")
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
