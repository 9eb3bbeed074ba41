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
    try await follow(try await LinkLost.asFailure { try await begun(arguments) })
  }

  private func begun(_ arguments: [String]) async throws -> Running {
    let bootstrap = Bootstrap(digest: try executable.digest())
    let settings = try await OpenSSH.settings(of: host)
    let session = try await SSHDialer(name: host).connect(settings, introduce: nil)
    let terminal = LocalTerminal()
    if let running = try await begin(arguments, bootstrap, settings, session, terminal) {
      return running
    }
    // It is missing, or it was altered.
    let greeted = try await RemoteHost(name: host, executable: executable, progress: progress)
      .greet(session, settings, digest: bootstrap.digest)
    await greeted.channel.close()
    guard let running = try await begin(arguments, bootstrap, settings, session, terminal) else {
      throw Failure.refused(
        "leapfrog-host on \(host) was altered meanwhile", remedy: "leapfrog host check \(host)")
    }
    return running
  }

  /// A command that has begun.
  private struct Running {
    let channel: SSHChannel
    let marked: MarkedStream
    /// This process's terminal, where the command has one too.
    let terminal: LocalTerminal?
  }

  /// - Returns: nil where `leapfrog-host` is not as it has to be, and nothing was begun.
  private func begin(
    _ arguments: [String], _ bootstrap: Bootstrap, _ settings: HostSettings,
    _ session: SSHSession, _ terminal: LocalTerminal?
  ) async throws -> Running? {
    let started = try await session.start(
      bootstrap.run(arguments), environment: RemoteHost.passedOn(settings, language: true),
      on: terminal?.kind, until: Deadline(seconds: 20))
    let channel = SSHChannel(session: session, id: started.id)
    var marked = MarkedStream(channel, host: host, nonce: bootstrap.nonce)
    guard case .ready = try await marked.answer(within: 30) else {
      await channel.close()
      return nil
    }
    return Running(
      channel: channel, marked: marked, terminal: started.hasTerminal ? terminal : nil)
  }

  private func follow(_ running: Running) async throws -> Int32 {
    let (channel, marked, terminal) = (running.channel, running.marked, running.terminal)
    let isMixed = terminal != nil
    var ending = CommandEnding(nonce: marked.nonce, host: host)
    terminal?.hand(over: channel)
    defer { terminal?.takeBack() }
    let input = Task { await Self.forwardInput(to: channel) }
    defer { input.cancel() }
    try Self.put(isMixed ? ending.take(marked.rest) : marked.rest, to: 1)
    // A host keeps a terminal's channel for as long as anything that was left running has it.
    while !(isMixed && ending.isTold), let piece = try await channel.next() {
      switch piece {
      case .output(let bytes): try Self.put(isMixed ? ending.take(bytes) : bytes, to: 1)
      case .error(let bytes): try Self.put(ending.take(bytes), to: 2)
      }
    }
    await channel.session.close()
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
