import Foundation
import RealServers
import Testing

@testable import LeapfrogControl

/// Files of known hosts as OpenSSH writes and reads them.
@Suite struct KnownHostsTests {
  private let keys: SSHKeys
  private let key: SSHKeys.Key
  private let other: SSHKeys.Key
  private let rsa: SSHKeys.Key

  init() throws {
    keys = try SSHKeys()
    key = try keys.make()
    other = try keys.make(.ecdsa)
    rsa = try keys.make(.rsa)
  }

  private func hostKey(_ key: SSHKeys.Key) throws -> HostKey {
    let words = key.publicKey.split(separator: " ")
    return try #require(HostKey(base64: words[1]))
  }

  /// What a file says of a host.
  private func known(
    _ text: String, of name: String = "web1", port: Int = 22, hashed: Bool = false
  ) async throws -> KnownHosts {
    let file = "\(keys.directory)/known-\(UUID().uuidString)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    if hashed { try Tool.run(["ssh-keygen", "-H", "-f", file]) }
    var settings = HostSettings(name: name, printed: "", home: "/home/me")
    (settings.address, settings.port) = (name, port)
    settings.knownHostsFiles = [file, "/nonexistent"]
    return try await KnownHosts.load(settings)
  }

  @Test(arguments: [false, true]) func namesPlainAndHashed(hashed: Bool) async throws {
    let text = "web0 \(other.identity)\nweb1,192.0.2.1 \(key.identity) a comment\n"
    let known = try await known(text, hashed: hashed)
    #expect(known.verdict(of: try hostKey(key)) == .known)
    #expect(known.verdict(of: try hostKey(other)) == .changed)
    let address = try await self.known(text, of: "192.0.2.1", hashed: hashed)
    #expect(address.verdict(of: try hostKey(key)) == .known)
    let nobody = try await self.known(text, of: "web2", hashed: hashed)
    #expect(nobody.keys.isEmpty && nobody.preferredTypes == KnownHosts.usableTypes)
  }

  @Test(arguments: [false, true]) func aPortIsPartOfTheName(hashed: Bool) async throws {
    let text = "[web1]:2222 \(key.identity)\n"
    let there = try await known(text, of: "[web1]:2222", hashed: hashed)
    #expect(there.verdict(of: try hostKey(key)) == .known)
    #expect(try await known(text, hashed: hashed).keys.isEmpty)
  }

  @Test func anAddressMayBeKnownWithoutItsPort() async throws {
    let new = try hostKey(keys.make())
    let plain = "web1 \(key.identity)\n"
    let known = try await known(plain, port: 2222)
    #expect(known.verdict(of: try hostKey(key)) == .known)
    #expect(known.verdict(of: new) == .unknown)
    let both = try await self.known("\(plain)[web1]:2222 \(other.identity)\n", port: 2222)
    #expect(both.keys == [try hostKey(other)])
    #expect(both.verdict(of: try hostKey(key)) == .changed)
    let revoked = try await self.known("@revoked \(plain)\(plain)", port: 2222)
    #expect(revoked.verdict(of: try hostKey(key)) == .revoked)
  }

  @Test func patterns() async throws {
    let text = "*.example.com,!bad.example.com \(key.identity)\n"
    #expect(try await known(text, of: "a.example.com").keys == [hostKey(key)])
    #expect(try await known(text, of: "bad.example.com").keys.isEmpty)
  }

  @Test func aRevokedKeyStaysRevoked() async throws {
    let known = try await known("@revoked web1 \(key.identity)\nweb1 \(key.identity)\n")
    #expect(known.verdict(of: try hostKey(key)) == .revoked)
    #expect(known.files[try hostKey(key)] != nil)
  }

  @Test(arguments: ["\n", "\r\n"], ["\t", " \t "])
  func linesOfOtherEditors(end: String, blank: String) async throws {
    let entry = "web1 \(key.identity)".replacing(" ", with: blank)
    let plain = try await known("\(blank)\(entry)\(end)web0 \(other.identity)\(end)")
    #expect(plain.verdict(of: try hostKey(key)) == .known)
    #expect(plain.verdict(of: try hostKey(keys.make())) == .changed)
    let revoked = try await known("@revoked\(blank)\(entry)\(end)\(entry)\(end)")
    #expect(revoked.verdict(of: try hostKey(key)) == .revoked)
  }

  @Test func anAuthorityIsNoKeyOfTheHost() async throws {
    let known = try await known("@cert-authority web1 \(key.identity)\n")
    #expect(known.verdict(of: try hostKey(key)) == .unknown)
  }

  @Test func anotherKeyIsAChange() async throws {
    let new = try hostKey(keys.make())
    let known = try await known("web1 \(key.identity)\n")
    #expect(known.verdict(of: new) == .changed)
    #expect(known.verdict(of: try hostKey(other)) == .changed)
  }

  @Test func theKnownTypeIsPreferred() async throws {
    let known = try await known("web1 \(rsa.identity)\nweb1 \(other.identity)\n")
    #expect(known.preferredTypes.first == "ecdsa-sha2-nistp256")
    #expect(Set(known.preferredTypes) == Set(KnownHosts.usableTypes))
    #expect(known.unusable == nil)
  }

  @Test func onlyAKeyThatCannotBeProven() async throws {
    let known = try await known("web1 \(rsa.identity)\n")
    #expect(known.unusable == (try hostKey(rsa)) && known.unusable?.shownType == "RSA")
    #expect(known.preferredTypes == KnownHosts.usableTypes)
    #expect(known.verdict(of: try hostKey(key)) == .unknown)
  }

  @Test func linesThatSayNothing() async throws {
    let text = "# web1\n\nweb1\nweb1 ssh-ed25519\nweb1 ssh-ed25519 !!!\n"
    #expect(try await known(text).keys.isEmpty)
    #expect(KnownHosts(lines: ["", " ", "@revoked", "web1 x", "web1 ssh-rsa ?"]).keys.isEmpty)
  }

  @Test func fingerprintsAreThoseOfOpenSSH() throws {
    for key in [key, other, rsa] {
      let line = try Tool.run(["ssh-keygen", "-lf", key.publicPath]).split(separator: " ")
      #expect(try hostKey(key).fingerprint == line[1])
      #expect("(\(try hostKey(key).shownType))" == line.last.map(String.init))
      #expect(try hostKey(key).type == key.publicKey.split(separator: " ").first.map(String.init))
    }
  }

  @Test(arguments: [false, true], ["web1", "[web1]:2222", "[fe80::1]:22"])
  func whatIsAddedIsFoundByOpenSSH(hashed: Bool, name: String) throws {
    let file = "\(keys.directory)/added-\(UUID().uuidString)"
    let line = KnownHosts.line(try hostKey(key), of: name, hashed: hashed)
    try Data(line.utf8).write(to: URL(fileURLWithPath: file))
    let found = try Tool.run(["ssh-keygen", "-F", name, "-f", file])
    #expect(found.contains("found") && found.hasSuffix(key.identity))
    #expect(line.contains("web1") != hashed || !name.contains("web1"))
  }

  @Test func aKeyIsAddedToTheUsersFile() throws {
    var settings = HostSettings(name: "web1", printed: "", home: "/home/me")
    settings.address = "web1"
    #expect(throws: (any Error).self) { try KnownHosts.add(hostKey(key), settings) }
    let file = "\(keys.directory)/new/known_hosts"
    settings.userKnownHostsFile = file
    try KnownHosts.add(hostKey(key), settings)
    try KnownHosts.add(hostKey(other), settings)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text == "web1 \(key.identity)\nweb1 \(other.identity)\n")
  }

  @Test func aFileWithoutItsLastNewlineIsNotSpoiled() throws {
    var settings = HostSettings(name: "web1", printed: "", home: "/home/me")
    let file = "\(keys.directory)/cut"
    (settings.address, settings.userKnownHostsFile) = ("web1", file)
    try Data("web0 \(other.identity)".utf8).write(to: URL(fileURLWithPath: file))
    try KnownHosts.add(hostKey(key), settings)
    for name in ["web0", "web1"] {
      #expect(try Tool.attempt(["ssh-keygen", "-F", name, "-f", file]).status == 0)
    }
  }
}
