import Foundation
import LeapfrogCore
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

  /// What the first lines of a command are taken for.
  private func answer(of command: String, within seconds: Double) async throws -> (any Error)? {
    let session = try await connect()
    let started = try await session.start(command, until: .init(seconds: 20))
    var marked = MarkedStream(
      SSHChannel(session: session, id: started.id), host: "one", nonce: "leapfrog-1a")
    let result: (any Error)?
    do {
      _ = try await marked.answer(within: seconds)
      result = nil
    } catch { result = error }
    await session.close()
    return result
  }

  /// As where the server ends while it starts the shell.
  @Test func anEndWithoutAWordMayPass() async throws {
    let lost = try await answer(of: "exit 0", within: 30) as? LinkLost
    #expect(lost?.description.contains("came `nothing`") == true)
    #expect(lost?.remedy == "ssh one true")
    let silent = try await answer(of: "exec sleep 100", within: 1) as? LinkLost
    #expect(silent?.description == "one is there and does not answer within 1 s")
  }

  @Test(arguments: ["echo disabled", "echo disabled >&2"])
  func aReasonForTheEndIsAnAnswer(command: String) async throws {
    let failure = try await answer(of: command, within: 30) as? Failure
    #expect(failure?.message.contains("`disabled`") == true)
  }

  @Test func whoeverTakesNothingIsGivenUp() async throws {
    let session = try await connect()
    let started = try await session.start("exec sleep 100", until: .init(seconds: 20))
    let channel = SSHChannel(session: session, id: started.id)
    let lost = await #expect(throws: LinkLost.self) {
      try await Waiting.within(60, late: .failed("it never ends")) {
        try await channel.write([UInt8](repeating: 0, count: 16 << 20), stalling: 1)
      }
    }
    #expect(lost?.description == "one has taken nothing for 1 s")
    await session.close()
  }
}
