import Foundation
import Synchronization

/// Keys of SSH in a directory; of its own unless one is given, and that goes with it.
public final class SSHKeys: Sendable {
  /// What a key is of.
  public enum Kind: String, Sendable, CaseIterable {
    case ed25519, ecdsa, rsa
  }

  /// A pair of keys.
  public struct Key: Sendable {
    /// What it is of.
    public let kind: Kind
    /// The file of the private key.
    public let path: String
    /// The line of the public key: its type, the key and a comment.
    public let publicKey: String
    /// What the private key is encrypted with, if it is.
    public let passphrase: String?

    /// The file of the public key.
    public var publicPath: String { path + ".pub" }
    /// The type and the key, without the comment.
    public var identity: String {
      publicKey.split(separator: " ").prefix(2).joined(separator: " ")
    }
  }

  /// Where the keys are.
  public let directory: String
  private let own: ServerDirectory?
  private let made = Mutex(0)

  /// A directory without keys yet.
  ///
  /// - Parameter directory: where they go; it has to exist.
  public init(in directory: String? = nil) throws {
    own = directory == nil ? try ServerDirectory() : nil
    self.directory = directory ?? own?.path ?? ""
  }

  /// Makes a pair of keys.
  ///
  /// - Parameter name: of the file; one that no key has yet when nil.
  public func make(
    _ kind: Kind = .ed25519, name: String? = nil, passphrase: String? = nil
  ) throws -> Key {
    let path = "\(directory)/\(name ?? nextName(kind))"
    // The smallest that OpenSSH makes without being asked twice; larger ones take seconds to find.
    let size = kind == .rsa ? ["-b", "2048"] : []
    try Tool.run(
      ["ssh-keygen", "-q", "-t", kind.rawValue, "-N", passphrase ?? "", "-C", "test", "-f", path]
        + size)
    let text = try String(contentsOfFile: path + ".pub", encoding: .utf8)
    return Key(
      kind: kind, path: path, publicKey: text.trimmingCharacters(in: .newlines),
      passphrase: passphrase)
  }

  private func nextName(_ kind: Kind) -> String {
    made.withLock {
      $0 += 1
      return "\(kind.rawValue)-\($0)"
    }
  }
}
