import Foundation
import Glibc
import LeapfrogCore

/// The file that ssh's `RevokedHostKeys` names: keys that no host may have, as lines or as what
/// `ssh-keygen -k` makes. A file that cannot be read vouches for nobody.
struct RevokedKeys {
  private let file: String
  private let host: String

  /// - Throws: `Failure` when the key is in a host's file, or that file cannot be read.
  static func verify(_ key: HostKey, _ settings: HostSettings) async throws {
    guard let file = settings.revokedKeysFile else { return }
    let keys = RevokedKeys(file: file, host: settings.name)
    guard try await keys.contains(key) else { return }
    throw Failure.refused(
      "the host key of \(settings.name) is revoked in \(file): the \(key.shownType) key "
        + "\(key.fingerprint); do not trust this host", remedy: "ssh -v \(settings.name)")
  }

  private func contains(_ key: HostKey) async throws -> Bool {
    let contents = try contents()
    if contents.starts(with: Data("SSHKRL\n\0".utf8)) { return try await isListed(key) }
    return try Self.lines(of: contents).contains { try revoked(by: $0) == key }
  }

  private func contents() throws -> Data {
    let number = open(file, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw unreadable(String(cString: strerror(errno))) }
    let handle = FileHandle(fileDescriptor: number, closeOnDealloc: true)
    do { return try handle.readToEnd() ?? Data() } catch { throw unreadable("\(error)") }
  }

  /// What a list in ssh-keygen's own form says.
  private func isListed(_ key: HostKey) async throws -> Bool {
    do { return try await OpenSSH.isRevoked(key, in: file) } catch { throw unreadable("\(error)") }
  }

  private static func lines(of contents: Data) -> [Substring] {
    String(decoding: contents, as: UTF8.self).split(whereSeparator: KnownHosts.endsLine)
  }

  /// The key of a line; nil where the line says nothing.
  private func revoked(by line: Substring) throws -> HostKey? {
    let words = line.split(whereSeparator: KnownHosts.isBlank)
    guard let first = words.first, !first.hasPrefix("#") else { return nil }
    guard words.count > 1, let key = HostKey(base64: words[1]), key.type == words[0] else {
      throw unreadable("\(Printable.quoted(String(line))) is no key")
    }
    return key
  }

  private func unreadable(_ reason: String) -> Failure {
    .refused(
      "\(file), the RevokedHostKeys of \(host), cannot be read, so that no key of it is taken: "
        + Printable.text(reason, longest: 300), remedy: "ssh -G \(host)")
  }
}
