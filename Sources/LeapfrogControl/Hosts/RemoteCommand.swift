import Foundation
import Glibc
import LeapfrogCore

/// A command of `leapfrog-host` on a host, with this process's standard streams, and on a terminal of its
/// own where this process is on one.
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
    let terminal = LocalTerminal()
    let bootstrap = Bootstrap(digest: digest)
    let id = try await session.start(
      bootstrap.run(arguments), environment: RemoteHost.passedOn(settings),
      on: terminal?.kind, until: Deadline(seconds: 20))
    let channel = SSHChannel(session: session, id: id)
    var marked = MarkedStream(channel, host: host, nonce: bootstrap.nonce)
    guard case .ready = try await marked.answer(within: 30) else {
      throw Failure.refused(
        "leapfrog-host on \(host) was altered meanwhile", remedy: "leapfrog host check \(host)")
    }
    var ending = CommandEnding(
      nonce: bootstrap.nonce, host: host, onTerminal: terminal != nil)
    terminal?.hand(over: channel)
    defer { terminal?.takeBack() }
    let input = Task { await Self.forwardInput(to: channel) }
    defer { input.cancel() }
    let first = marked.rest
    try Self.put(terminal == nil ? first : ending.take(first), to: 1)
    while let piece = try await channel.next() {
      switch piece {
      case .output(let bytes): try Self.put(terminal == nil ? bytes : ending.take(bytes), to: 1)
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
