import Foundation
import RealServers

/// A host that farms can be on: it is reached through a real sshd of its own, over a road of its own
/// where one is given.
final class FarHost: Sendable {
  /// Its name in a farm's configuration.
  static let name = "elsewhere"

  let road: NetworkNamespace?
  let server: SSHDServer
  /// The key that logs in.
  let key: SSHKeys.Key
  private let keys: SSHKeys
  private let client: SSHClientConfiguration

  /// - Parameter extra: lines of the server's configuration.
  init(on road: NetworkNamespace? = nil, extra: [String] = []) throws {
    self.road = road
    keys = try SSHKeys()
    key = try keys.make()
    server = try SSHDServer(
      in: road, authorized: [key], environment: ["HOME": try Self.home.get().path], extra: extra)
    client = try SSHClientConfiguration([.init(Self.name, server, keys: [key])])
  }

  /// What commands need to reach it.
  var environment: [String: String] { ["LEAPFROG_SSH_CONFIG": client.path] }

  /// All have one home, so that `leapfrog-host` goes there once.
  private static let home = Result {
    atexit { try? FileManager.default.removeItem(at: FarHost.homeURL) }
    try FileManager.default.createDirectory(at: homeURL, withIntermediateDirectories: true)
    return homeURL
  }

  private static let homeURL = URL(fileURLWithPath: "/tmp").appendingPathComponent(
    "leapfrog-home-\(UUID().uuidString)")
}
