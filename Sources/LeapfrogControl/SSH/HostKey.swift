import Crypto
import Foundation

/// The public key that a server shows, or that a key file holds, in the form of RFC 4253.
struct HostKey: Hashable, Sendable {
  /// The bytes of the key: the type's name with its length, then what the type says.
  let blob: [UInt8]

  init(_ blob: [UInt8]) { self.blob = blob }

  /// From the base64 of a line in a file of OpenSSH's; nil where it is none.
  init?(base64: some StringProtocol) {
    guard let data = Data(base64Encoded: String(base64)) else { return nil }
    self.init([UInt8](data))
  }

  /// The name of the type, such as `ssh-ed25519`.
  var type: String {
    var reader = SSHReader(blob)
    return String(decoding: reader.string() ?? [], as: UTF8.self)
  }

  /// The key as a line of a file has it.
  var base64: String { Data(blob).base64EncodedString() }

  /// As ssh prints it: `SHA256:…`.
  var fingerprint: String {
    let digest = Data(SHA256.hash(data: blob)).base64EncodedString()
    return "SHA256:" + digest.prefix { $0 != "=" }
  }

  /// The type as people say it.
  var shownType: String {
    switch type {
    case "ssh-ed25519": "ED25519"
    case "ssh-rsa": "RSA"
    case let type where type.hasPrefix("ecdsa-"): "ECDSA"
    default: type
    }
  }
}
