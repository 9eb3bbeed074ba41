import Foundation
import LeapfrogCore

/// What the head of a private key's file says, read without its passphrase.
struct PrivateKeyFile: Sendable {
  let path: String
  /// The public key; nil where neither the file nor the one beside it tells it.
  let publicKey: HostKey?
  let isEncrypted: Bool
  let isRSA: Bool

  /// - Returns: nil when there is no such file, or it is none that can be read.
  init?(path: String) {
    guard let text = Posix.read(path), text.contains("PRIVATE KEY-----") else { return nil }
    self.path = path
    if let head = OpenSSHHead(text) {
      (publicKey, isEncrypted) = (head.publicKey, head.cipher != "none")
      isRSA = head.publicKey.type == "ssh-rsa"
    } else {
      publicKey = PublicKeyFile.read("\(path).pub")
      isEncrypted = text.contains("ENCRYPTED")
      isRSA = text.contains("BEGIN RSA ") || publicKey?.type == "ssh-rsa"
    }
  }
}

/// Public keys in files: what an agent's key is known by where only the agent has the private one.
enum PublicKeyFile {
  /// The key that an `IdentityFile` stands for: a private key, a public one, or one with a public one
  /// beside it.
  static func named(by path: String) -> HostKey? {
    PrivateKeyFile(path: path)?.publicKey ?? read(path) ?? read("\(path).pub")
  }

  static func read(_ path: String) -> HostKey? {
    guard let words = Posix.read(path)?.split(whereSeparator: \.isWhitespace), words.count >= 2,
      let key = HostKey(base64: words[1]), key.type == words[0]
    else { return nil }
    return key
  }
}

/// The unencrypted head of OpenSSH's own form of a private key (its PROTOCOL.key).
private struct OpenSSHHead {
  var cipher = ""
  var publicKey = HostKey([])

  init?(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.first == "-----BEGIN OPENSSH PRIVATE KEY-----",
      let data = Data(base64Encoded: lines.dropFirst().prefix { !$0.hasPrefix("-") }.joined())
    else { return nil }
    let magic = Array("openssh-key-v1\0".utf8)
    guard data.starts(with: magic) else { return nil }
    var reader = SSHReader(data.dropFirst(magic.count))
    guard let cipher = reader.string(), reader.string() != nil, reader.string() != nil,
      reader.number() != nil, let key = reader.string()
    else { return nil }
    (self.cipher, publicKey) = (String(decoding: cipher, as: UTF8.self), HostKey(key))
  }
}
