import Foundation
import Glibc
import RealServers
import Testing

@testable import LeapfrogControl

/// Connections through others, to real servers.
@Suite struct TunnelTests {
  private let keys: SSHKeys
  private let servers: [SSHDServer]
  private let client: SSHClientConfiguration
  private static let names = ["one", "two", "three"]

  init() throws {
    // As leapfrog itself does: to write into a tunnel that has ended is an error and not the end.
    signal(SIGPIPE, SIG_IGN)
    keys = try SSHKeys()
    let key = try keys.make()
    let servers = try Self.names.map { _ in try SSHDServer(authorized: [key]) }
    let entries = zip(Self.names, servers).map {
      SSHClientConfiguration.Host($0, $1, keys: [key])
    }
    (client, self.servers) = (try SSHClientConfiguration(entries), servers)
  }

  private func connect() async throws -> SSHSession {
    let all = try Self.names.map { name in
      let printed = try Tool.run(["ssh", "-F", client.path, "-G", "--", name])
      return HostSettings(name: name, printed: printed, home: OpenSSH.home)
    }
    return try await SSHDialer(name: "three").connect(
      all[2], through: Array(all[..<2]), introduce: nil)
  }

  /// Whether no server has anybody any more, soon.
  private func areLeft() async throws -> Bool {
    let end = ContinuousClock.now + .seconds(20)
    while servers.contains(where: { !$0.sessions().isEmpty }) {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(100))
    }
    return true
  }

  @Test func allConnectionsEndWithTheLast() async throws {
    let session = try await connect()
    #expect(servers.allSatisfy { !$0.sessions().isEmpty })
    await session.close()
    #expect(try await areLeft())
  }

  @Test func allConnectionsEndWhenTheLastIsNotMade() async throws {
    servers[2].stop()
    await #expect(throws: LinkLost.self) { try await connect() }
    #expect(try await areLeft())
  }

  @Test func allConnectionsEndWhenTheLastIsRefused() async throws {
    try servers[2].restart(hostKeys: [.ed25519])
    await #expect(throws: (any Error).self) { try await connect() }
    #expect(try await areLeft())
  }
}
