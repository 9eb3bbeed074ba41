import Crypto
import Foundation
import Glibc
import LeapfrogCore

/// The keys that are known of one host.
struct KnownHosts: Sendable {
  /// What the files say of a key.
  enum Verdict: Equatable {
    case known
    /// No key of the host is known that it could have been asked to prove; those of its address without the
    /// port count only where it has one of them.
    case unknown
    /// Another key is known, and was asked for first: the host does not have it any more.
    case changed
    case revoked
  }

  /// The types of host keys that can be proven here, the preferred first. The library's RSA is that of
  /// SHA-1, which servers of today refuse.
  static let usableTypes = [
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
  ]

  private(set) var keys: [HostKey] = []
  private(set) var revoked: [HostKey] = []
  /// Keys of the address without its port, which ssh takes too where it knows none with it.
  private(set) var portless: [HostKey] = []
  /// The file that says something of a key.
  private(set) var files: [HostKey: String] = [:]

  /// Reads lines of a file of known hosts that are about the host (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
  init(lines: [String], of file: String = "") { add(lines, of: file) }

  private mutating func add(_ lines: [String], of file: String) {
    for line in lines {
      var words = line.split(whereSeparator: Self.isBlank)
      let marker = words.first.flatMap { $0.hasPrefix("@") ? String($0) : nil }
      if marker != nil { words.removeFirst() }
      guard words.count >= 3, let key = HostKey(base64: words[2]) else { continue }
      switch marker {
      case nil:
        keys.append(key)
        files[key] = files[key] ?? file
      case "@revoked":
        // That is what is told of it, whatever another file says.
        revoked.append(key)
        files[key] = file
      default: continue
      }
    }
  }

  /// Whether a character stands between words.
  static func isBlank(_ character: Character) -> Bool { " \t\r".contains(character) }

  /// Whether a character ends a line; the two that other systems end it with are one to Swift.
  static func endsLine(_ character: Character) -> Bool { character == "\n" || character == "\r\n" }

  /// All that the files of a host's settings say.
  static func load(_ settings: HostSettings) async throws -> KnownHosts {
    var known = KnownHosts(lines: [])
    for file in settings.knownHostsFiles {
      known.add(try await OpenSSH.knownLines(of: settings.knownName, in: file), of: file)
    }
    if known.keys.isEmpty, settings.knownName != settings.address, settings.keyAlias == nil {
      try await known.addPortless(settings)
    }
    return known
  }

  private mutating func addPortless(_ settings: HostSettings) async throws {
    for file in settings.knownHostsFiles {
      let lines = try await OpenSSH.knownLines(of: settings.address, in: file)
      let plain = KnownHosts(lines: lines, of: file)
      portless += plain.keys
      revoked += plain.revoked
      files.merge(plain.files) { first, _ in first }
      for key in plain.revoked { files[key] = file }
    }
  }

  func verdict(of key: HostKey) -> Verdict {
    if revoked.contains(key) { return .revoked }
    if keys.contains(key) || portless.contains(key) { return .known }
    return expected(instead: key) == nil ? .unknown : .changed
  }

  /// The known key that a host should have shown: that of the same type, else any that it was asked for.
  func expected(instead key: HostKey) -> HostKey? {
    keys.first { $0.type == key.type } ?? keys.first { Self.usableTypes.contains($0.type) }
  }

  /// The types to ask the server for: those that are known first, so that what it shows can be compared.
  var preferredTypes: [String] {
    let known = Self.usableTypes.filter { type in (keys + portless).contains { $0.type == type } }
    return known + Self.usableTypes.filter { !known.contains($0) }
  }

  /// The key of the host that cannot be used here, where only such are known.
  var unusable: HostKey? {
    keys.contains { Self.usableTypes.contains($0.type) } ? nil : keys.first
  }

  /// The line that makes a key known.
  static func line(_ key: HostKey, of name: String, hashed: Bool) -> String {
    "\(hashed ? Self.hashed(name) : name) \(key.type) \(key.base64)\n"
  }

  /// `|1|salt|hash` of ssh's `HashKnownHosts`.
  private static func hashed(_ name: String) -> String {
    let salt = Data((0..<20).map { _ in UInt8.random(in: .min ... .max) })
    let code = HMAC<Insecure.SHA1>.authenticationCode(
      for: Data(name.utf8), using: SymmetricKey(data: salt))
    return "|1|\(salt.base64EncodedString())|\(Data(code).base64EncodedString())"
  }

  /// Adds a key to the user's file.
  static func add(_ key: HostKey, _ settings: HostSettings) throws {
    guard let file = settings.userKnownHostsFile else {
      throw Failure.failed("ssh's configuration of \(settings.name) has no UserKnownHostsFile")
    }
    if let slash = file.lastIndex(of: "/") { try Posix.makeDirectory(String(file[..<slash])) }
    let line = line(key, of: settings.knownName, hashed: settings.hashesKnownHosts)
    try Posix.append(isCut(file) ? "\n\(line)" : line, to: file)
  }

  /// Whether somebody left the last line without its end.
  private static func isCut(_ file: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: file) else { return false }
    defer { try? handle.close() }
    guard let end = try? handle.seekToEnd(), end > 0 else { return false }
    try? handle.seek(toOffset: end - 1)
    return (try? handle.read(upToCount: 1)) != Data("\n".utf8)
  }
}
