import Foundation
import RealServers
import Testing

@testable import LeapfrogControl

/// What a command says, read from a real server.
@Suite struct ChannelStreamTests {
  private let keys: SSHKeys
  private let server: SSHDServer
  private let client: SSHClientConfiguration

  init() throws {
    keys = try SSHKeys()
    let key = try keys.make()
    server = try SSHDServer(authorized: [key])
    client = try SSHClientConfiguration([.init("one", server, keys: [key])])
  }

  private func connect() async throws -> SSHSession {
    let printed = try Tool.run(["ssh", "-F", client.path, "-G", "--", "one"])
    let settings = HostSettings(name: "one", printed: printed, home: OpenSSH.home)
    return try await SSHDialer(name: "one").connect(settings, introduce: nil)
  }

  /// What a command says on standard error behind its first answer must not be taken for noise before it.
  @Test func whatIsSaidFirstIsReadFirst() async throws {
    let session = try await connect()
    let started = try await session.start(
      "echo answer; echo more >&2", until: .init(seconds: 20))
    // Both wait at the connection's end by then.
    try await Task.sleep(for: .seconds(1))
    let stream = ChannelStream(SSHChannel(session: session, id: started.id))
    #expect(try await stream.read() == Array("answer\n".utf8))
    #expect(stream.errorText == "")
    #expect(try await stream.read() == nil)
    #expect(stream.errorText == "more")
    await session.close()
  }
}
