import Foundation
import Glibc
import LeapfrogCore

/// A command of `leapfrog-host` on a host, with this process's standard streams.
public struct RemoteCommand: Sendable {
  private let host: String
  private let executable: HostExecutable
  private let progress: RemoteHost.Progress

  /// - Parameters:
  ///   - host: the name that ssh knows.
  ///   - progress: told how far it is where `leapfrog-host` has to be put there first.
  public init(
    host: String, executable: HostExecutable, progress: @escaping RemoteHost.Progress
  ) {
    (self.host, self.executable, self.progress) = (host, executable, progress)
  }

  /// Runs it to its end.
  ///
  /// - Returns: the command's own exit status.
  /// - Throws: `LinkLost` when the link broke before the end was told: then the command may be running on.
  public func run(_ arguments: [String]) async throws -> Int32 {
    let digest = try executable.digest()
    let settings = try await OpenSSH.settings(of: host)
    let session = try await SSHDialer(name: host).connect(settings, introduce: nil)
    let remote = RemoteHost(name: host, executable: executable, progress: progress)
    let greeted = try await remote.greet(session, settings, digest: digest)
    await greeted.channel.close()
    let bootstrap = Bootstrap(digest: digest)
    let id = try await session.start(
      bootstrap.run(arguments), environment: RemoteHost.passedOn(settings),
      until: TimeLimit(seconds: 20))
    let channel = SSHChannel(session: session, id: id)
    var marked = MarkedStream(channel, host: host, nonce: bootstrap.nonce)
    guard case .ready = try await marked.answer(within: 30) else {
      throw Failure.refused(
        "leapfrog-host on \(host) was altered meanwhile", remedy: "leapfrog host check \(host)")
    }
    let input = Task { await Self.forwardInput(to: channel) }
    defer { input.cancel() }
    var ending = CommandEnding(nonce: bootstrap.nonce, host: host)
    try Self.put(marked.rest, to: 1)
    while let piece = try await channel.next() {
      switch piece {
      case .output(let bytes): try Self.put(bytes, to: 1)
      case .error(let bytes): try Self.put(ending.take(bytes), to: 2)
      }
    }
    await session.close()
    return try ending.status()
  }

  private static func forwardInput(to channel: SSHChannel) async {
    let input = StandardInput()
    while let bytes = await input.next() {
      guard (try? await channel.write(bytes)) != nil else { return }
    }
    try? await channel.endInput()
  }

  private static func put(_ bytes: [UInt8], to descriptor: Int32) throws {
    guard Posix.writeAll(bytes, to: descriptor) else {
      throw Posix.failure("the output cannot be written")
    }
  }
}

/// Reads standard input on a thread of its own.
private actor StandardInput {
  private let executor = QueueExecutor(label: "leapfrog.input")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// The next bytes; nil at the end.
  func next() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 32 << 10)
    while true {
      let count = read(0, &bytes, bytes.count)
      if count < 0 && errno == EINTR { continue }
      return count > 0 ? Array(bytes[..<count]) : nil
    }
  }
}

/// Finds the line on standard error that tells how a command ended. No exit status of a channel is trusted:
/// it is 0 after a lost link too. What the command left running can say more behind it.
struct CommandEnding {
  private let mark: [UInt8]
  private let host: String
  private var held: [UInt8] = []
  private var told: Int32?

  init(nonce: String, host: String) {
    (mark, self.host) = (Array("\n\(nonce) ended ".utf8), host)
  }

  /// Gives what is surely the command's own.
  mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    guard told == nil else { return bytes }
    held += bytes
    if let found = found() { return found }
    let keep = min(held.count, mark.count + 4)
    defer { held.removeFirst(held.count - keep) }
    return Array(held.dropLast(keep))
  }

  /// What stands around the line, once it is whole.
  private mutating func found() -> [UInt8]? {
    guard let line = held.firstRange(of: mark),
      let end = held[line.upperBound...].firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    told = Int32(String(decoding: held[line.upperBound..<end], as: UTF8.self))
    defer { held = [] }
    return Array(held[..<line.lowerBound] + held[(end + 1)...])
  }

  /// The status that was told.
  ///
  /// - Throws: `LinkLost` when none was.
  func status() throws -> Int32 {
    if let told { return told }
    throw LinkLost("the link to \(host) broke before the command's end was told")
  }
}
