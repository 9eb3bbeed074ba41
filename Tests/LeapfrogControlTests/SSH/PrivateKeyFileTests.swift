import Foundation
import RealServers
import Testing

@testable import LeapfrogControl

/// What the head of a key's file tells without its passphrase.
@Suite struct PrivateKeyFileTests {
  private let keys: SSHKeys

  init() throws { keys = try SSHKeys() }

  @Test(arguments: SSHKeys.Kind.allCases, [nil, "open sesame"])
  func theFormOfOpenSSH(kind: SSHKeys.Kind, passphrase: String?) throws {
    let key = try keys.make(kind, passphrase: passphrase)
    let file = try #require(PrivateKeyFile(path: key.path))
    #expect(file.isEncrypted == (passphrase != nil) && file.isRSA == (kind == .rsa))
    let own = try #require(file.publicKey)
    #expect("\(own.type) \(own.base64)" == key.identity)
  }

  @Test(arguments: ["PEM", "PKCS8"], [SSHKeys.Kind.ecdsa, .rsa])
  func otherForms(form: String, kind: SSHKeys.Kind) throws {
    for passphrase in ["", "open sesame"] {
      let key = try keys.make(kind)
      try Tool.run(["ssh-keygen", "-q", "-p", "-N", passphrase, "-m", form, "-f", key.path])
      let file = try #require(PrivateKeyFile(path: key.path))
      #expect(file.isEncrypted == !passphrase.isEmpty && file.isRSA == (kind == .rsa))
      #expect(file.publicKey.map { "\($0.type) \($0.base64)" } == key.identity)
      try FileManager.default.removeItem(atPath: key.publicPath)
      #expect(try #require(PrivateKeyFile(path: key.path)).publicKey == nil)
    }
  }

  @Test func whatAnIdentityFileStandsFor() throws {
    let key = try keys.make()
    let named = try #require(PublicKeyFile.named(by: key.path))
    #expect("\(named.type) \(named.base64)" == key.identity)
    try FileManager.default.removeItem(atPath: key.path)
    #expect(PublicKeyFile.named(by: key.path) == named)
    #expect(PublicKeyFile.named(by: key.publicPath) == named)
    try Data(key.identity.utf8).write(to: URL(fileURLWithPath: key.publicPath))
    #expect(PublicKeyFile.named(by: key.path) == named)
    for text in ["", "ssh-ed25519", "ssh-ed25519 !", "ssh-rsa \(named.base64)"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: key.publicPath))
      #expect(PublicKeyFile.named(by: key.path) == nil)
    }
  }

  @Test func whatIsNoKey() throws {
    let key = try keys.make()
    #expect(PrivateKeyFile(path: "\(keys.directory)/none") == nil)
    #expect(PrivateKeyFile(path: keys.directory) == nil)
    #expect(PrivateKeyFile(path: key.publicPath) == nil)
    let text = try String(contentsOfFile: key.path, encoding: .utf8)
    for count in stride(from: 0, to: text.count, by: 40) {
      try Data(text.utf8.prefix(count)).write(to: URL(fileURLWithPath: key.path))
      _ = PrivateKeyFile(path: key.path)
    }
  }
}
