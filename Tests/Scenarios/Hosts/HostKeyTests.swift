import Foundation
import RealServers
import Testing

/// Hosts whose key is not the one that is known: refused before anything is said to them.
@Suite struct HostKeyTests {
  private func fingerprint(_ key: SSHKeys.Key) throws -> String {
    let line = try Tool.run(["ssh-keygen", "-lf", key.publicPath])
    return String(line.split(separator: " ")[1])
  }

  private func stranger() throws -> HostCase { try HostCase { $0.known = .never } }

  private func known(_ host: HostCase) -> String {
    (try? String(contentsOfFile: host.client.knownHosts, encoding: .utf8)) ?? ""
  }

  @Test func aStrangerIsRefusedWithItsFingerprint() throws {
    let host = try stranger()
    try host.expectRefusal(
      4, "is not a known host", try fingerprint(host.server.hostKeys[0]), "`leapfrog host add web1`"
    )
    #expect(known(host).isEmpty)
  }

  @Test func onePersonSaysYesForAll() throws {
    let host = try stranger()
    let added = try host.must("host", "add", "web1", "--yes")
    #expect(added.output.contains(try fingerprint(host.server.hostKeys[0])), "\(added.text)")
    try host.expectSight()
    #expect(try host.client.ssh("web1", "true").status == 0, "ssh itself knows the host now")
  }

  @Test func theRightFingerprintIntroducesAHost() throws {
    let host = try stranger()
    let right = try fingerprint(host.server.hostKeys[0])
    try host.refused(
      ["host", "add", "web1"], 4, "no terminal", "`leapfrog host add web1 --fingerprint \(right)`")
    let wrong = try fingerprint(host.server.hostKeys[1])
    try host.refused(["host", "add", "web1", "--fingerprint", wrong], 4, right, "not \(wrong)")
    #expect(known(host).isEmpty && host.homeContents().isEmpty)
    try host.must("host", "add", "web1", "--fingerprint", right)
    try host.expectSight()
  }

  @Test(arguments: [true, false]) func whoeverIsAskedDecides(agrees: Bool) throws {
    let host = try stranger()
    let shown = try fingerprint(host.server.hostKeys[0])
    let ended = try host.onTerminal(
      "host", "add", "web1", answers: [("Is that its key? [y/N]", agrees ? "y" : "n")])
    #expect(ended.status == (agrees ? 0 : 4), "\(ended.text)")
    #expect(ended.output.contains("ED25519 key \(shown)"), "\(ended.text)")
    #expect(known(host).isEmpty == !agrees)
    #expect(host.versions().isEmpty == !agrees)
  }

  @Test func whoeverIsAskedMayThinkForAWhile() throws {
    let host = try HostCase {
      $0.known = .never
      $0.extra = ["ConnectTimeout 3"]
    }
    let ended = try host.onTerminal(
      "host", "add", "web1", answers: [("Is that its key? [y/N]", "y")], first: "sleep 4")
    #expect(ended.status == 0, "\(ended.text)")
    #expect(host.versions().count == 1)
  }

  @Test func namesAreHashedWhereSSHHashesThem() throws {
    let host = try HostCase {
      $0.known = .never
      $0.extra = ["HashKnownHosts yes"]
    }
    try host.must("host", "add", "web1", "--yes")
    #expect(known(host).hasPrefix("|1|"))
    #expect(!known(host).contains("127.0.0.1"))
    #expect(try host.client.ssh("web1", "true").status == 0)
  }

  @Test func aHostMayBeKnownByAHashOrAnAlias() throws {
    try HostCase { $0.known = .hashed }.expectSight()
    try HostCase {
      $0.knownAs = "the-alias"
      $0.extra = ["HostKeyAlias the-alias"]
    }.expectSight()
  }

  @Test func aHostMayBeKnownWithoutItsPort() throws {
    let host = try HostCase { $0.knownAs = "127.0.0.1" }
    #expect(try host.client.ssh("web1", "true").status == 0, "as for ssh itself")
    try host.expectSight()
    try host.server.restart(hostKeys: [.ed25519])
    #expect(try host.client.ssh("web1", "true").status == 255)
    try host.expectRefusal(4, "is not a known host")
  }

  @Test func theKnownTypeOfKeyIsAskedFor() throws {
    try HostCase { $0.hostKeys = [$0.hostKeys[1]] }.expectSight()
  }

  /// The known type was asked for first: a host that shows another one does not have it.
  @Test func aHostThatShowsAnotherTypeHasChanged() throws {
    let host = try HostCase { $0.hostKeys = [$0.hostKeys[0]] }
    let old = try fingerprint(host.server.hostKeys[0])
    try host.server.restart(hostKeys: [.ecdsa])
    let new = try fingerprint(host.server.hostKeys[0])
    try host.expectRefusal(
      4, "has changed", "the ECDSA key \(new)", "the ED25519 key \(old)", "ssh-keygen -R")
    try host.refused(["host", "add", "web1", "--yes"], 4, "has changed")
    #expect(host.homeContents().isEmpty)
    try takeAdvice(host)
    try host.expectSight()
  }

  @Test func aChangedKeyIsRefusedUntilTheOldOneIsRemoved() throws {
    let host = try HostCase()
    let old = try fingerprint(host.server.hostKeys[0])
    try host.server.restart(hostKeys: [.ed25519])
    let new = try fingerprint(host.server.hostKeys[0])
    try host.expectRefusal(4, "has changed", new, old, "ssh-keygen -R")
    try host.refused(["host", "add", "web1", "--yes"], 4, "has changed")
    try host.refused(["host", "add", "web1", "--fingerprint", new], 4, "has changed")
    #expect(host.homeContents().isEmpty)
    try takeAdvice(host)
    try host.expectSight()
  }

  /// Types what the refusal says, but for the question whether the new key is right.
  private func takeAdvice(_ host: HostCase) throws {
    let sentence = try host.leapfrog("upgrade", "acme", "v2").error
    let advice = try #require(sentence.split(separator: "`").dropFirst().first)
    let words = String(advice).replacingOccurrences(
      of: "leapfrog host add web1",
      with: "\(Shell.products.path)/leapfrog host add web1 --yes")
    let ended = try Shell.run(
      "/bin/sh", ["-c", words], in: host.farm.directory,
      environment: host.farm.environment.merging(host.environment) { $1 })
    try #require(ended.status == 0, "\(words): \(ended.text)")
  }

  @Test func aRevokedKeyIsRefusedThoughItIsKnown() throws {
    let host = try HostCase()
    let key = host.server.hostKeys[0]
    let entry = "[127.0.0.1]:\(host.server.port) \(key.identity)\n"
    try Data("@revoked \(entry)\(entry)".utf8).write(
      to: URL(fileURLWithPath: host.client.knownHosts))
    try host.expectRefusal(4, "revoked", try fingerprint(key))
    try host.refused(["host", "add", "web1", "--yes"], 4, "revoked")
  }

  @Test(arguments: ["@revoked", "@revoked\t"], ["\n", "\r\n"])
  func aRevokedKeyIsRefusedHoweverItsLineIsWritten(marker: String, end: String) throws {
    let host = try HostCase()
    let key = host.server.hostKeys[0]
    let words = "[127.0.0.1]:\(host.server.port)\t\(key.identity.replacing(" ", with: "\t"))\(end)"
    try Data("\(marker)\t\(words)\(words)".utf8).write(
      to: URL(fileURLWithPath: host.client.knownHosts))
    #expect(try host.client.ssh("web1", "true").status == 255, "as for ssh itself")
    try host.expectRefusal(4, "revoked in \(host.client.knownHosts)", try fingerprint(key))
  }

  @Test func theFileThatRevokesAKeyIsNamed() throws {
    let directory = try ServerDirectory()
    let list = "\(directory.path)/global"
    let host = try HostCase { $0.extra = ["GlobalKnownHostsFile \(list)"] }
    let place = "[127.0.0.1]:\(host.server.port)"
    try directory.write("@revoked \(place) \(host.server.hostKeys[0].identity)\n", "global")
    try host.expectRefusal(4, "revoked in \(list)", "-f '\(list)'`")
  }

  // MARK: Lists of revoked keys

  /// A host that is known, and a list of revoked keys that is written with the key's name and file.
  private func host(revoking write: (_ key: SSHKeys.Key, _ list: String) throws -> Void) throws
    -> HostCase
  {
    try HostCase(
      told: { $0.extra = ["RevokedHostKeys \($0.identities[0]).revoked"] },
      server: {
        let server = try SSHDServer(authorized: [$0])
        try write(server.hostKeys[0], "\($0.path).revoked")
        return server
      })
  }

  private func expectRevoked(_ host: HostCase, location: SourceLocation = #_sourceLocation) throws {
    #expect(try host.client.ssh("web1", "true").status == 255, sourceLocation: location)
    let list = "\(host.key.path).revoked"
    try host.expectRefusal(
      4, "is revoked in \(list)", try fingerprint(host.server.hostKeys[0]), location: location)
    try host.refused(["host", "add", "web1", "--yes"], 4, "is revoked", location: location)
  }

  @Test(arguments: ["\n", "\r\n"]) func aKeyInAListOfRevokedOnes(end: String) throws {
    let other = try SSHKeys().make()
    let host = try host { key, list in
      let text = "# stolen\(end)\(end)\(other.publicKey)\(end) \(key.publicKey)\(end)"
      try Data(text.utf8).write(to: URL(fileURLWithPath: list))
    }
    try expectRevoked(host)
    try Data("\(other.publicKey)\(end)".utf8).write(
      to: URL(fileURLWithPath: "\(host.key.path).revoked"))
    try host.expectSight()
  }

  @Test func aKeyInABinaryListOfRevokedOnes() throws {
    let host = try host { key, list in
      try Tool.run(["ssh-keygen", "-q", "-k", "-f", list, key.publicPath])
    }
    try expectRevoked(host)
    let keys = try SSHKeys()
    let other = try keys.make()
    try Tool.run(
      ["ssh-keygen", "-q", "-k", "-f", "\(host.key.path).revoked", other.publicPath])
    try host.expectSight()
  }

  enum Unreadable: String, CaseIterable, CustomTestStringConvertible {
    case missing
    case cut = "SSHKRL\n\u{0}cut"
    case noKey = "web1 is bad\n"

    // The text itself would end the line of a report.
    var testDescription: String { self == .missing ? "missing" : self == .cut ? "cut" : "no key" }
  }

  @Test(arguments: Unreadable.allCases)
  func aListOfRevokedKeysThatCannotBeReadLetsNobodyIn(list kind: Unreadable) throws {
    let host = try host { _, list in
      guard kind != .missing else { return }
      try Data(kind.rawValue.utf8).write(to: URL(fileURLWithPath: list))
    }
    #expect(try host.client.ssh("web1", "true").status == 255, "as for ssh itself")
    try host.expectRefusal(4, "\(host.key.path).revoked", "cannot be read", "RevokedHostKeys")
  }

  @Test func aHostWithNothingButRSAIsToldWhatItLacks() throws {
    let host = try HostCase(server: { try SSHDServer(hostKeys: [.rsa], authorized: [$0]) })
    try host.expectRefusal(4, "host key type", "ed25519 or ECDSA")
  }

  @Test func anRSAKeyThatIsKnownProvesNothing() throws {
    let host = try HostCase(
      told: { $0.hostKeys = [$0.hostKeys[0]] },
      server: { try SSHDServer(hostKeys: [.rsa, .ed25519], authorized: [$0]) })
    try host.expectRefusal(
      4, "only its RSA key", try fingerprint(host.server.hostKeys[1]), "`leapfrog host add web1`")
    try host.must("host", "add", "web1", "--yes")
    try host.expectSight()
  }
}
