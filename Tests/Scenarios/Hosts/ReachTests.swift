import Foundation
import Glibc
import RealServers
import Testing

/// Hosts that cannot be reached: said in one sentence, in time.
@Suite(.enabled(if: geteuid() == 0)) struct ReachTests {
  private let clock = ContinuousClock()

  @Test func aPortWhereNobodyListens() throws {
    let host = try HostCase()
    host.server.stop()
    try host.expectRefusal(
      1, "web1 (127.0.0.1:\(host.server.port)) cannot be reached: Connection refused", "`ssh web1`")
    try host.refused(["host", "add", "web1"], 1, "Connection refused")
    try host.server.restart()
    try host.expectSight()
  }

  @Test func somethingThatIsNoServerOfSSH() throws {
    let host = try HostCase { $0.extra = ["Port 1"] }
    let port = try Loopback.freePort()
    let listener = try ServerProcess(
      [
        "python3", "-c",
        """
        import socket
        server = socket.create_server(("127.0.0.1", \(port)))
        while True:
            peer = server.accept()[0]
            peer.sendall(b"HTTP/1.0 400 Bad Request\\r\\n\\r\\n")
            peer.close()
        """,
      ], directory: host.farm.directory.path)
    try listener.waitUntilReady { Loopback.answers(port) }
    try host.client.write([
      {
        var entry = SSHClientConfiguration.Host(HostCase.name, host.server, keys: [host.key])
        entry.port = port
        return entry
      }()
    ])
    try host.expectRefusal(1, "does not speak SSH", "`ssh -v web1`")
  }

  private func inNamespace() throws -> (NetworkNamespace, HostCase) {
    let namespace = try NetworkNamespace()
    let host = try HostCase(server: { try SSHDServer(in: namespace, authorized: [$0]) })
    return (namespace, host)
  }

  @Test func aBlackHoleIsGivenUpInTime() throws {
    let (namespace, host) = try inNamespace()
    let entry = SSHClientConfiguration.Host(HostCase.name, host.server, keys: [host.key])
    var impatient = entry
    impatient.extra = ["ConnectTimeout 1"]
    try host.expectSight()
    try namespace.cut()
    // A host that answers gets more time: a slow machine may need it.
    try host.client.write([impatient])
    let taken = try clock.measure {
      try host.expectRefusal(1, "(\(namespace.address):22) cannot be reached: no answer")
    }
    #expect(taken < .seconds(19))
    try namespace.mend()
    try host.client.write([entry])
    try host.expectSight()
  }

  @Test func aLookWaitsNoLongerThanItIsTold() throws {
    let (namespace, host) = try inNamespace()
    try namespace.cut()
    let taken = try clock.measure {
      let look = try host.leapfrog("status", "acme", "--timeout", "1")
      #expect(
        look.status == 1 && look.output.contains("does not answer within 1 s"), "\(look.text)")
    }
    #expect(taken < .seconds(30))
    let all = try host.leapfrog("status", "--timeout", "1", "--json")
    #expect(all.status == 0, "the other hosts are shown: \(all.text)")
    let pairs = try Farm.object(all.output)["pairs"] as? [[String: Any]]
    let error = pairs?.first?["error"] as? [String: Any]
    #expect(error?["remedy"] as? String == "ssh web1", "\(all.text)")
  }

  @Test func aNameThatNobodyKnows() throws {
    let namespace = try NetworkNamespace()
    let host = try HostCase {
      $0.hostName = "nowhere.invalid"
      $0.known = .never
    }
    // Where there is no way to a server of names, so that no question leaves the machine.
    let ended = try Tool.attempt(
      namespace.command([Shell.products.appendingPathComponent("leapfrog").path, "pull", "acme"]),
      environment: ProcessInfo.processInfo.environment.merging(host.farm.environment) { $1 }
        .merging(host.environment) { $1 }
        .merging(["LEAPFROG_CONFIG": host.farm.configuration.path]) { $1 })
    #expect(ended.status == 1, "\(ended.output)")
    #expect(
      ended.output.hasPrefix(
        "leapfrog: web1 (nowhere.invalid:\(host.server.port)) cannot be reached: "),
      "\(ended.output)")
    #expect(ended.output.split(separator: "\n").count == 1, "\(ended.output)")
  }

  @Test func anAddressOfIPv6() throws {
    let namespace = try NetworkNamespace()
    let host = try HostCase(server: {
      try SSHDServer(in: namespace, address: namespace.address6, port: 2222, authorized: [$0])
    })
    try host.expectSight()
    host.server.stop()
    try host.expectRefusal(1, "web1 ([\(namespace.address6)]:2222) cannot be reached")
  }

  @Test func ofTwoAddressesTheOneThatAnswers() throws {
    let host = try HostCase {
      $0.hostName = "localhost"
      $0.knownAs = "[localhost]:\($0.port)"
    }
    try host.expectSight()
  }

  @Test func aConfigurationThatHangsIsGivenUp() throws {
    let host = try HostCase()
    let text = try String(contentsOfFile: host.client.path, encoding: .utf8)
    try Data("Match exec \"sleep 1234\"\n\(text)".utf8).write(
      to: URL(fileURLWithPath: host.client.path))
    let taken = try clock.measure {
      try host.refused(["host", "check", "web1"], 1, "has not answered for 30 s", "-G -- web1`")
    }
    #expect(taken < .seconds(300))
    let left = try Tool.attempt(["pgrep", "-fx", "sleep 1234"])
    #expect(left.status == 1, "nothing goes on behind it: \(left.output)")
  }

  /// As for a number that unlocks a card.
  @Test func aConfigurationThatAsksOnTheTerminal() throws {
    let host = try HostCase()
    try host.prepare()
    let text = try String(contentsOfFile: host.client.path, encoding: .utf8)
    let asks = "printf 'PIN? ' > /dev/tty; read pin < /dev/tty; test $pin = 1234"
    let script = host.farm.directory.appendingPathComponent("asks")
    try Data("\(asks)\n".utf8).write(to: script)
    try Data("Match exec \"sh \(script.path)\"\n  Compression no\n\(text)".utf8).write(
      to: URL(fileURLWithPath: host.client.path))
    let ended = try host.onTerminal(
      "status", "acme", "--timeout", "60", answers: [("PIN? ", "1234")])
    #expect(ended.status == 0, "\(ended.text)")
  }

  @Test func aProxyCommandIsRefusedWithWhatWorks() throws {
    let host = try HostCase { $0.extra = ["ProxyCommand nc %h %p"] }
    try host.expectRefusal(2, "ProxyCommand", "ProxyJump")
  }
}
