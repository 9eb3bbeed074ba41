import Foundation
import Glibc
import RealServers
import Testing

/// What the tests of hosts stand on: real servers of OpenSSH, and roads that fail.
@Suite struct KitTests {
  private let keys: SSHKeys
  private let key: SSHKeys.Key

  init() throws {
    keys = try SSHKeys()
    key = try keys.make()
  }

  @Test func aLoginHasTheHomeAndTheVariablesItIsGiven() throws {
    let server = try SSHDServer(
      authorized: [key], environment: ["GIVEN": #"a "b" \c"#], banner: "hello there\n")
    let client = try SSHClientConfiguration([.init("one", server, keys: [key])])
    let ended = try client.ssh(
      "one", #"echo "$HOME" "$GIVEN" "$LEAPFROG_X""#, options: ["-o", "SetEnv=LEAPFROG_X=sent"])
    #expect(ended.status == 0)
    #expect(ended.output == "hello there\n\(server.home) " + #"a "b" \c sent"#)
    #expect(server.log.contains("Accepted publickey"))
  }

  @Test(arguments: SSHKeys.Kind.allCases) func everyKindOfKeyLogsIn(kind: SSHKeys.Kind) throws {
    let locked = try keys.make(kind, passphrase: "it's \"secret\" $x")
    let server = try SSHDServer(hostKeys: [kind], authorized: [locked])
    let agent = try SSHAgentProcess([locked])
    let client = try SSHClientConfiguration([
      .init("one", server, keys: [locked], known: .hashed, extra: ["IdentityAgent \(agent.socket)"])
    ])
    #expect(try client.ssh("one", "echo $HOME").output == server.home)
  }

  /// A server's socket is there before the server listens.
  @Test func aSocketThatNobodyListensOnDoesNotAnswer() throws {
    let directory = try ServerDirectory()
    let path = "\(directory.path)/socket"
    let bind = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])"
    try Tool.run(["python3", "-c", bind, path])
    #expect(access(path, F_OK) == 0)
    #expect(!Loopback.answers(socket: path))
    let agent = try SSHAgentProcess()
    #expect(Loopback.answers(socket: agent.socket))
  }

  @Test func newHostKeysAreNotTheKnownOnes() throws {
    let server = try SSHDServer(authorized: [key])
    let client = try SSHClientConfiguration([.init("one", server, keys: [key])])
    try server.restart()
    #expect(try client.ssh("one", "true").status == 0)
    try server.restart(hostKeys: [.ed25519])
    #expect(try client.ssh("one", "true").output.contains("IDENTIFICATION HAS CHANGED"))
  }

  @Test func aSessionThatIsKilledTakesItsConnectionOnly() throws {
    let server = try SSHDServer(authorized: [key])
    let client = try SSHClientConfiguration([.init("one", server, keys: [key])])
    let first = try Conversation(client.sshCommand("one", "cat"))
    #expect(first.echoes("a"))
    let doomed = server.sessions()
    let second = try Conversation(client.sshCommand("one", "cat"))
    #expect(second.echoes("b"))
    doomed.forEach { kill($0, SIGKILL) }
    #expect(first.ends())
    #expect(second.echoes("c"))
    // The server takes note of its ended session when it comes to that.
    let deadline = ContinuousClock.now + .seconds(30)
    while server.sessions().count != doomed.count, ContinuousClock.now < deadline { usleep(20_000) }
    #expect(server.sessions().count == doomed.count)
  }
}
