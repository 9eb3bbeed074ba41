import Foundation
import RealServers
import Testing

/// A real sshd, and a controller that has a pair there. The pair is one that all these cases share: what
/// they do must leave it as it is.
final class HostCase: Sendable {
  /// The host's name in the configurations.
  static let name = "web1"

  let key: SSHKeys.Key
  let server: SSHDServer
  let client: SSHClientConfiguration
  /// Its own part is the controller's; its root is the shared pair's.
  let farm: Farm
  private let keys: SSHKeys

  /// Makes both.
  ///
  /// - Parameters:
  ///   - kind: of the user's key.
  ///   - tell: changes what ssh is told of the host.
  ///   - start: starts the server, with the key that may log in.
  init(
    _ kind: SSHKeys.Kind = .ed25519, passphrase: String? = nil,
    told tell: (inout SSHClientConfiguration.Host) throws -> Void = { _ in },
    server start: (SSHKeys.Key) throws -> SSHDServer = { try SSHDServer(authorized: [$0]) }
  ) throws {
    keys = try SSHKeys()
    key = try keys.make(kind, passphrase: passphrase)
    server = try start(key)
    var host = SSHClientConfiguration.Host(Self.name, server, keys: [key])
    try tell(&host)
    client = try SSHClientConfiguration([host])
    farm = try Farm(sites: SharedPair.sites)
    try farm.put(on: Self.name, root: SharedPair.farm.get().root)
  }

  /// Makes a pair of its own, at `v1`, which a test may change.
  func makeOwnPair() throws {
    try prepare()
    try farm.configure()
    try farm.put(on: Self.name)
    try must("init", "acme", "v1")
  }

  /// What a command gets to know besides the arguments.
  var environment: [String: String] {
    ["LEAPFROG_SSH_CONFIG": client.path, "SSH_AUTH_SOCK": "", "LEAPFROG_LINK_TIMEOUT": "20"]
  }

  /// Runs `leapfrog`.
  @discardableResult
  func leapfrog(_ arguments: String..., environment extra: [String: String] = [:]) throws -> Outcome
  {
    try farm.leapfrog(arguments, environment: environment.merging(extra) { $1 })
  }

  /// Runs `leapfrog` and expects success.
  @discardableResult
  func must(_ arguments: String..., location: SourceLocation = #_sourceLocation) throws -> Outcome {
    let outcome = try farm.leapfrog(arguments, environment: environment)
    try #require(outcome.status == 0, "\(arguments): \(outcome.text)", sourceLocation: location)
    return outcome
  }

  // MARK: What is on the host

  /// Where `leapfrog-host` is put.
  var place: String { "\(server.home)/.local/share/leapfrog" }

  /// What is below the account's home, by path.
  func homeContents() -> [String] {
    (FileManager.default.enumerator(atPath: server.home)?.allObjects as? [String] ?? []).sorted()
  }

  /// The addresses of the executables that are there.
  func versions() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return names.filter { $0.count == 64 }.sorted()
  }

  /// Files that an upload would leave behind.
  func partialFiles() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter {
      $0.hasPrefix(".")
    }
  }

  /// Puts `leapfrog-host` there, as an earlier visit would have left it.
  func prepare() throws {
    let directory = "\(place)/\(try Self.digest.get())"
    try Tool.run([
      "sh", "-c", #"test -e "$1" || { mkdir -p "$1" && cp "$0" "$1/leapfrog-host"; }"#,
      Shell.products.appendingPathComponent("leapfrog-host").path, directory,
    ])
  }

  /// The SHA-256 of `leapfrog-host`.
  static let digest = Result {
    let path = Shell.products.appendingPathComponent("leapfrog-host").path
    return String(try Tool.run(["sha256sum", path]).prefix(64))
  }

  /// Writes programs for a host to find before the system's; they go with the key.
  ///
  /// - Returns: the value of `PATH`.
  static func path(_ programs: [String: String], beside key: SSHKeys.Key) throws -> String {
    let directory = URL(fileURLWithPath: key.path).deletingLastPathComponent()
    for (name, script) in programs {
      let url = directory.appendingPathComponent(name)
      try Data("#!/bin/sh\n\(script)\n".utf8).write(to: url)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    }
    return "\(directory.path):/usr/bin:/bin"
  }
}

extension Farm {
  /// Puts the pair on a host of ssh's configuration.
  func put(on host: String, root other: URL? = nil) throws {
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try write(
      text.replacingOccurrences(of: "host: \(HostUnderTest.name)\n", with: "host: \(host)\n")
        .replacingOccurrences(of: "root: \(root.path)\n", with: "root: \((other ?? root).path)\n"))
  }
}
