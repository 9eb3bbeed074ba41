import Crypto
import Foundation
import Glibc
import RealServers
import Testing

@testable import LeapfrogControl

/// A real agent, and agents that are not as they should be.
@Suite struct SSHAgentTests {
  private let keys: SSHKeys
  private let key: SSHKeys.Key

  init() throws {
    keys = try SSHKeys()
    key = try keys.make()
  }

  @Test func itSignsWithWhatItHas() throws {
    let process = try SSHAgentProcess([key, keys.make(.ecdsa)])
    let agent = try #require(SSHAgent(path: process.socket))
    let all = try agent.identities()
    #expect(all.map(\.key.type) == ["ssh-ed25519", "ecdsa-sha2-nistp256"])
    let data = [UInt8]("what the server wants".utf8)
    let signature = try agent.sign(data, with: all[0].key)
    let point = try Curve25519.Signing.PublicKey(rawRepresentation: all[0].key.blob.suffix(32))
    #expect(point.isValidSignature(signature, for: data))
  }

  @Test func aKeyThatItDoesNotHaveIsDeclined() throws {
    let process = try SSHAgentProcess([key])
    let agent = try #require(SSHAgent(path: process.socket))
    var other = try agent.identities()[0].key.blob
    other[other.count - 1] ^= 1
    #expect(fault { try agent.sign([1], with: HostKey(other)) }?.contains("declines") == true)
  }

  @Test func anAgentThatHangsIsGivenUp() throws {
    let process = try SSHAgentProcess([key])
    var (one, other) = (SSHAgent(path: process.socket), SSHAgent(path: process.socket))
    let known = try #require(try one?.identities().first).key
    one?.patience = 0.1
    other?.signingPatience = 0.1
    kill(process.pid, SIGSTOP)
    #expect(fault { try one?.identities() }?.contains("does not answer") == true)
    #expect(fault { try other?.sign([1], with: known) }?.contains("does not answer") == true)
    kill(process.pid, SIGCONT)
    // The answer that comes late is nobody's.
    #expect(fault { try other?.identities() }?.contains("is gone") == true)
  }

  @Test(arguments: [
    [0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 1, 12], [0, 0, 0, 5, 12, 255, 255, 255, 255],
    [0, 0, 0, 9, 12, 0, 0, 0, 1, 255, 255, 255, 255],
  ]) func nonsenseIsNoAnswer(answer: [UInt8]) throws {
    let fake = try FakeAgent(answer)
    let agent = try #require(SSHAgent(path: fake.path))
    #expect(fault { try agent.identities() }?.contains("what no agent does") == true)
  }

  @Test func whereNobodyListensThereIsNone() {
    #expect(SSHAgent(path: "\(keys.directory)/none") == nil)
    #expect(SSHAgent(path: key.path) == nil)
    #expect(SSHAgent(path: String(repeating: "x", count: 200)) == nil)
    #expect(SSHAgent("none") == nil && SSHAgent("") == nil)
  }

  private func fault(_ body: () throws -> some Any) -> String? {
    (#expect(throws: SSHAgent.Fault.self) { _ = try body() })?.text
  }
}

/// Answers whoever connects first with the same bytes.
private final class FakeAgent {
  let path: String
  private let listening: Int32

  init(_ answer: [UInt8]) throws {
    path = "\(NSTemporaryDirectory())/leapfrog-agent-\(UUID().uuidString.prefix(8))"
    listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { [path] in $0.copyBytes(from: path.utf8) }
    let code = withUnsafePointer(to: &address) { [listening] in
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(code == 0 && listen(listening, 1) == 0)
    Thread.detachNewThread { [listening] in
      let client = accept(listening, nil, nil)
      _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
      shutdown(client, Int32(SHUT_WR))
      // Whoever asks late is still heard.
      var asked = [UInt8](repeating: 0, count: 4096)
      while recv(client, &asked, asked.count, 0) > 0 {}
      close(client)
    }
  }

  deinit {
    close(listening)
    unlink(path)
  }
}
