import Foundation
import RealServers
import Testing

/// Who is let in, and what the others are told.
@Suite struct KeyLoginTests {
  @Test func aKeyThatTheHostDoesNotKnow() throws {
    let other = try SSHKeys().make()
    let host = try HostCase(server: { _ in try SSHDServer(authorized: [other]) })
    try host.expectRefusal(
      1, "does not let \(SSHDServer.account) in", "refused \(host.key.path)", "`ssh -v web1`")
  }

  @Test func noKeyAtAll() throws {
    let host = try HostCase { $0.identities = ["/nonexistent/key"] }
    try host.expectRefusal(1, "there is no key", "`ssh-keygen -t ed25519 && ssh-copy-id web1`")
  }

  @Test func anRSAKeyIsToldWhatWorks() throws {
    let host = try HostCase(.rsa)
    #expect(try host.client.ssh("web1", "true").status == 0, "ssh itself can use it")
    try host.expectRefusal(
      1, "the RSA key \(host.key.path) cannot be used", "libssh2", "an ed25519 or ECDSA key works")
  }

  @Test func anRSAKeyBesideAnotherIsPassedOver() throws {
    let rsa = try SSHKeys()
    let key = try rsa.make(.rsa)
    try HostCase { $0.identities.insert(key.path, at: 0) }.expectSight()
  }

  @Test(arguments: [SSHKeys.Kind.ed25519, .ecdsa]) func aKeyInAFile(kind: SSHKeys.Kind) throws {
    try HostCase(kind).expectSight()
  }

  @Test(arguments: ["PEM", "PKCS8"]) func aKeyInAnOlderForm(form: String) throws {
    let host = try HostCase(.ecdsa)
    try Tool.run(["ssh-keygen", "-q", "-p", "-N", "", "-m", form, "-f", host.key.path])
    try host.expectSight()
  }

  @Test func aPassphraseNeedsATerminal() throws {
    let host = try HostCase(passphrase: "open sesame")
    try host.expectRefusal(1, host.key.path, "has a passphrase", "no terminal", "ssh-add")
  }

  @Test(arguments: [SSHKeys.Kind.ed25519, .ecdsa])
  func aPassphraseIsTypedAndSeenNowhere(kind: SSHKeys.Kind) throws {
    let canary = UUID().uuidString
    let secret = "it's \"öpen\" $sesame \(canary)"
    let host = try HostCase(kind, passphrase: secret)
    let watch = ArgumentWatch(for: [canary])
    let question = ("Passphrase for \(host.key.path): ", secret)
    let ended = try host.onTerminal("status", "acme", "--timeout", "60", answers: [question])
    let seen = watch.stop()
    #expect(ended.status == 0, "\(ended.text)")
    #expect(ended.output.contains("one.example.com"), "\(ended.text)")
    #expect(!ended.output.contains(canary), "\(ended.text)")
    #expect(seen.found.isEmpty && seen.rounds > 3)
  }

  /// Also where it is asked a second time.
  @Test(arguments: [[], ["wrong"]])
  func whoGivesUpAtTheQuestionHasTheirTerminalBack(before: [String]) throws {
    let host = try HostCase(passphrase: "open sesame")
    let ended = try host.shellOnTerminal(
      "trap : INT; stty -g; $leapfrog status acme --timeout 60; echo ended $?; stty -g",
      answers: (before + ["\u{3}"]).map { ("Passphrase for \(host.key.path): ", $0) })
    let lines = ended.output.components(separatedBy: "\r\n")
    let modes = lines.filter { $0.split(separator: ":").count > 30 }
    #expect(modes.count == 2 && modes[0] == modes[1], "\(ended.text)")
    #expect(ended.output.contains("ended 130"), "\(ended.text)")
  }

  @Test func aWrongPassphraseIsAskedForAgain() throws {
    let host = try HostCase(passphrase: "open sesame")
    let question = "Passphrase for \(host.key.path): "
    let typo = try host.onTerminal(
      "status", "acme", "--timeout", "60",
      answers: [(question, "open sesane"), (question, "open sesame")])
    #expect(typo.status == 0, "\(typo.text)")
    let wrong = try host.onTerminal(
      "status", "acme", "--timeout", "60",
      answers: [(question, "a"), (question, "b"), (question, "c")])
    #expect(wrong.status == 1, "\(wrong.text)")
    #expect(
      wrong.output.contains("the passphrase for \(host.key.path) was wrong"), "\(wrong.text)")
  }

  @Test(arguments: [SSHKeys.Kind.ed25519, .ecdsa]) func aKeyOfTheAgent(kind: SSHKeys.Kind) throws {
    let host = try HostCase(kind, passphrase: "open sesame") { $0.identities = [] }
    let agent = try SSHAgentProcess([host.key])
    try host.leapfrog(
      "status", "acme", "--timeout", "60", environment: ["SSH_AUTH_SOCK": agent.socket]
    ).expectSight()
    agent.stop()
    try host.expectRefusal(1, "no key", environment: ["SSH_AUTH_SOCK": agent.socket])
  }

  /// Such as one that is forwarded over a link that hangs.
  @Test func anAgentThatHangsKeepsNobodyOut() throws {
    let host = try HostCase { $0.extra = ["ConnectTimeout 4"] }
    let agent = try SSHAgentProcess([host.key])
    kill(agent.pid, SIGSTOP)
    defer { kill(agent.pid, SIGCONT) }
    let with = ["SSH_AUTH_SOCK": agent.socket]
    try host.leapfrog("status", "acme", "--timeout", "60", environment: with).expectSight()
    try FileManager.default.removeItem(atPath: host.key.path)
    try host.expectRefusal(
      1, "the agent at \(agent.socket) does not answer", environment: with)
  }

  @Test func anAgentThatOnlyTheConfigurationNames() throws {
    let keys = try SSHKeys()
    let key = try keys.make(passphrase: "open sesame")
    let agent = try SSHAgentProcess([key])
    let host = try HostCase(
      told: {
        $0.identities = []
        $0.extra = ["IdentityAgent \(agent.socket)"]
      }, server: { _ in try SSHDServer(authorized: [key]) })
    try host.expectSight()
  }

  @Test func anRSAKeyOfTheAgentIsToldWhatWorks() throws {
    let host = try HostCase(.rsa) { $0.identities = [] }
    let agent = try SSHAgentProcess([host.key])
    try host.expectRefusal(
      1, "the RSA key", "of the agent", "an ed25519 or ECDSA key works",
      environment: ["SSH_AUTH_SOCK": agent.socket])
  }

  /// A server that counts what is tried would shut out whoever has many keys in the agent.
  @Test func onlyTheIdentitiesThatAreNamedAreTried() throws {
    let keys = try SSHKeys()
    let agent = try SSHAgentProcess((1...7).map { _ in try keys.make() })
    let host = try HostCase()
    let with = ["SSH_AUTH_SOCK": agent.socket]
    try host.leapfrog("status", "acme", "--timeout", "60", environment: with).expectSight()
    #expect(!host.server.log.contains("Failed publickey"))
  }

  @Test(arguments: ["", ".pub"]) func aKeyThatOnlyTheAgentHas(name: String) throws {
    let host = try HostCase { $0.identities = $0.identities.map { $0 + name } }
    let agent = try SSHAgentProcess([host.key])
    try FileManager.default.removeItem(atPath: host.key.path)
    let with = ["SSH_AUTH_SOCK": agent.socket]
    try host.leapfrog("status", "acme", "--timeout", "60", environment: with).expectSight()
  }

  @Test func aHostThatTakesNoKeys() throws {
    let host = try HostCase(server: {
      try SSHDServer(
        authorized: [$0], extra: ["PubkeyAuthentication no", "PasswordAuthentication yes"])
    })
    try host.expectRefusal(1, "takes no keys", "only password", "`ssh-copy-id web1`")
  }
}

extension Outcome {
  /// The shared pair is seen.
  fileprivate func expectSight(location: SourceLocation = #_sourceLocation) {
    #expect(status == 0, "\(text)", sourceLocation: location)
    #expect(output.contains("one.example.com"), "\(text)", sourceLocation: location)
  }
}
