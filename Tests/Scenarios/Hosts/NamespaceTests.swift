import Glibc
import RealServers
import Testing

/// Hosts that are reached over roads of their own, which fail when a test says so.
@Suite(.enabled(if: geteuid() == 0)) struct NamespaceTests {
  private let keys: SSHKeys
  private let key: SSHKeys.Key

  init() throws {
    keys = try SSHKeys()
    key = try keys.make()
  }

  @Test func aServerAnswersAtBothAddresses() throws {
    let host = try NetworkNamespace()
    let four = try SSHDServer(in: host, authorized: [key])
    let six = try SSHDServer(in: host, address: host.address6, authorized: [key])
    let client = try SSHClientConfiguration([
      .init("four", four, keys: [key]), .init("six", six, keys: [key], known: .hashed),
    ])
    let script = #"set -- $SSH_CONNECTION; echo $1 $3"#
    #expect(try client.ssh("four", script).output == "\(host.gateway) \(host.address)")
    #expect(try client.ssh("six", script).output.hasSuffix(" \(host.address6)"))
  }

  @Test func aRoadThatIsMendedCarriesWhatWasSaidMeanwhile() throws {
    let host = try NetworkNamespace()
    let server = try SSHDServer(in: host, authorized: [key])
    let client = try SSHClientConfiguration([.init("one", server, keys: [key])])
    let conversation = try Conversation(client.sshCommand("one", "cat"))
    #expect(conversation.echoes("a"))
    try host.cut()
    conversation.say("b")
    #expect(!conversation.hears("b", seconds: 1.5))
    let other = try client.ssh("one", "true", seconds: 1)
    #expect(other.status == 124)
    try host.mend()
    #expect(conversation.hears("b"))
    #expect(try client.ssh("one", "true").status == 0)
  }

  @Test func aHostBehindAnotherIsReachedThroughIt() throws {
    let (gate, hidden) = try behindAGate()
    let client = try SSHClientConfiguration([
      .init("gate", gate, keys: [key]), .init("direct", hidden, keys: [key]),
      .init("hidden", hidden, keys: [key], jump: "gate"),
    ])
    let option = ["-J", "gate"]
    #expect(try client.ssh("direct", "echo $HOME", options: option).output == hidden.home)
    #expect(try client.ssh("hidden", "echo $HOME").output == hidden.home)
    #expect(try client.ssh("direct", "true", seconds: 5).status != 0)
  }

  @Test func aHostMayTakeThePlaceOfOneThatWent() throws {
    let gate = try NetworkNamespace()
    let address = try NetworkNamespace(behind: gate).address
    #expect(try NetworkNamespace(behind: gate).address == address)
  }

  private func behindAGate() throws -> (SSHDServer, SSHDServer) {
    let gate = try NetworkNamespace()
    let hidden = try NetworkNamespace(behind: gate)
    return (
      try SSHDServer(in: gate, authorized: [key]), try SSHDServer(in: hidden, authorized: [key])
    )
  }

  @Test func aSlowRoadTakesItsTimeAndCarriesMuch() throws {
    let host = try NetworkNamespace(delay: .milliseconds(40))
    let server = try SSHDServer(in: host, authorized: [key])
    let clock = ContinuousClock()
    // The program that is the road may have to wait for the machine: then another one is quicker.
    var connected: [Duration] = []
    while connected.count < 10, connected.allSatisfy({ $0 >= .milliseconds(160) }) {
      connected.append(clock.measure { #expect(Loopback.answers(22, at: host.address)) })
    }
    #expect(connected.allSatisfy { $0 >= .milliseconds(80) }, "\(connected)")
    #expect(connected.contains { $0 < .milliseconds(160) }, "\(connected)")
    let client = try SSHClientConfiguration([.init("one", server, keys: [key])])
    let sum = try Tool.run(["sh", "-c", "head -c 20000000 /dev/zero | cksum"])
    let load = client.sshCommand("one", "head -c 20000000 /dev/zero")
    #expect(try Tool.run(["sh", "-c", #""$@" | cksum"#, "sh"] + load) == sum)
  }
}
