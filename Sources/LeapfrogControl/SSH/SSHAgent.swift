import Foundation
import Glibc
import LeapfrogCore

/// A connection to ssh-agent, as draft-ietf-sshm-ssh-agent describes its messages. libssh2 would wait for
/// ever for an agent that does not answer.
struct SSHAgent: Sendable {
  /// A key that the agent can sign with.
  struct Identity {
    let key: HostKey
    /// What it is called, fit to be shown.
    let comment: String
  }

  /// Why there is no answer: one sentence without its full stop.
  struct Fault: Error { let text: String }

  private let socket: Socket
  private let path: String
  /// Seconds to wait for what an agent knows by itself.
  var patience = 5.0
  /// Seconds to wait for a signature: somebody may have to confirm it.
  var signingPatience = 60.0

  private static let longestAnswer = 256 << 10
  private enum Message: UInt8 {
    case requestIdentities = 11
    case identities = 12
    case signRequest = 13
    case signature = 14
  }

  /// The agent that a host's settings name, else that of the environment.
  ///
  /// - Parameter named: the path of its socket, or `none`.
  /// - Returns: nil when there is none.
  init?(_ named: String?) {
    let path = named ?? ProcessInfo.processInfo.environment["SSH_AUTH_SOCK"] ?? "none"
    guard path != "none", !path.isEmpty else { return nil }
    self.init(path: path)
  }

  /// - Returns: nil when nobody listens at the path.
  init?(path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let number = Glibc.socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return nil }
    (socket, self.path) = (Socket(number), path)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else { return nil }
  }

  /// The keys that it has.
  ///
  /// - Throws: `Fault`.
  func identities() throws -> [Identity] {
    var answer = try ask(.requestIdentities, [], for: .identities, within: patience)
    guard let count = answer.number() else { throw nonsense }
    return try (0..<min(count, Self.longestAnswer)).map { _ in
      guard let blob = answer.string(), let comment = answer.string() else { throw nonsense }
      return Identity(
        key: HostKey(blob), comment: Printable.text(String(decoding: comment, as: UTF8.self)))
    }
  }

  /// Signs with one of its keys; gives the signature without the name of its type.
  ///
  /// - Throws: `Fault`, also where its owner declines.
  func sign(_ data: [UInt8], with key: HostKey) throws -> [UInt8] {
    let body = SSHReader.bytes(key.blob) + SSHReader.bytes(data) + SSHReader.bytes(0)
    var answer = try ask(.signRequest, body, for: .signature, within: signingPatience)
    guard let signature = answer.string() else { throw nonsense }
    var parts = SSHReader(signature)
    guard parts.string() != nil, let bytes = parts.string() else { throw nonsense }
    return bytes
  }

  // MARK: Messages

  private var nonsense: Fault { Fault(text: "the agent at \(path) answers what no agent does") }

  private func ask(
    _ message: Message, _ body: [UInt8], for expected: Message, within seconds: Double
  ) throws -> SSHReader {
    let answer: [UInt8]
    do {
      answer = try self.answer(
        to: SSHReader.bytes(1 + body.count) + [message.rawValue] + body, Deadline(seconds: seconds))
    } catch {
      // What may come yet would be taken for the answer to the next question.
      socket.shutDown()
      throw error
    }
    guard answer[0] == expected.rawValue else {
      throw Fault(text: "the agent at \(path) declines")
    }
    return SSHReader(answer.dropFirst())
  }

  /// The bytes of an answer, at least one.
  private func answer(to request: [UInt8], _ limit: Deadline) throws -> [UInt8] {
    try send(request, limit)
    var head = SSHReader(try receive(4, limit))
    guard let length = head.number(), length > 0, length <= Self.longestAnswer else {
      throw nonsense
    }
    return try receive(length, limit)
  }

  private func send(_ bytes: [UInt8], _ limit: Deadline) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      try wait(writing: true, limit)
      let count = rest.withUnsafeBytes {
        Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      rest = rest.dropFirst(try moved(count))
    }
  }

  private func receive(_ count: Int, _ limit: Deadline) throws -> [UInt8] {
    var (bytes, filled) = ([UInt8](repeating: 0, count: count), 0)
    while filled < count {
      try wait(writing: false, limit)
      let got = bytes.withUnsafeMutableBytes {
        recv(socket.number, $0.baseAddress! + filled, count - filled, 0)
      }
      guard got != 0 else { throw Fault(text: "the agent at \(path) is gone") }
      filled += try moved(got)
    }
    return bytes
  }

  private func wait(writing: Bool, _ limit: Deadline) throws {
    guard
      socket.wait(reading: !writing, writing: writing, milliseconds: limit.milliseconds)
    else { throw Fault(text: "the agent at \(path) does not answer") }
  }

  /// How many bytes a call moved; none where it has to be done again.
  private func moved(_ count: Int) throws -> Int {
    if count >= 0 { return count }
    guard errno == EAGAIN || errno == EINTR else {
      throw Fault(text: "the agent at \(path) is gone: \(String(cString: strerror(errno)))")
    }
    return 0
  }
}
