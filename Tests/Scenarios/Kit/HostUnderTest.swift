import Foundation
import RealServers

/// Where the pairs of the scenarios are: on the local host, or with `LEAPFROG_TEST_HOST=ssh` on one that is
/// reached through a real sshd. The scenarios are the same.
enum HostUnderTest {
  /// The host's name in the configuration.
  static let name = isRemote ? "farm" : "local"

  /// What commands need to reach it.
  static var environment: [String: String] {
    guard isRemote, let remote = try? remote.get() else { return [:] }
    return ["LEAPFROG_SSH_CONFIG": remote.client.path]
  }

  private static let isRemote = ProcessInfo.processInfo.environment["LEAPFROG_TEST_HOST"] == "ssh"

  private struct Remote: Sendable {
    let keys: SSHKeys
    let server: SSHDServer
    let client: SSHClientConfiguration
  }

  /// One server for all: it ends with the tests.
  private static let remote = Result {
    let keys = try SSHKeys()
    let key = try keys.make()
    let server = try SSHDServer(authorized: [key])
    let client = try SSHClientConfiguration([.init("farm", server, keys: [key])])
    return Remote(keys: keys, server: server, client: client)
  }
}
