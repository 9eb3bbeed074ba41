import LeapfrogCore
import Synchronization

/// One command on a host: its streams, over a connection that others share.
struct SSHChannel: Sendable {
  let session: SSHSession
  let id: Int

  /// The next piece of what it says; nil at the end.
  func next(outputFirst: Bool = false) async throws -> SSHSession.Piece? {
    try await session.next(id, outputFirst: outputFirst)
  }

  /// Writes to its standard input.
  ///
  /// - Parameter seconds: after which a command that takes nothing is given up; nil to wait for it.
  func write(_ bytes: [UInt8], stalling seconds: Double? = nil) async throws {
    try await session.write(id, bytes, stalling: seconds)
  }

  /// Ends its standard input.
  func endInput() async throws { try await session.endInput(id) }

  /// Tells its terminal that it has another size.
  func resize(_ size: TerminalKind) async { try? await session.resize(id, size) }

  /// Gives it up.
  func close() async { await session.close(id) }
}

/// A command's standard streams as a stream of a host; what it says on standard error is kept.
final class ChannelStream: HostStream {
  private let channel: SSHChannel
  private let said = Mutex<[UInt8]>([])
  private static let longest = 4096

  init(_ channel: SSHChannel) { self.channel = channel }

  func read() async throws -> [UInt8]? {
    // What is said on standard error behind an answer is for whoever reads on, see `RemoteCommand`.
    while let piece = try await channel.next(outputFirst: true) {
      switch piece {
      case .output(let bytes): return bytes
      case .error(let bytes): keep(bytes)
      }
    }
    return nil
  }

  func write(_ bytes: [UInt8]) async throws { try await channel.write(bytes) }

  func close() async { await channel.close() }

  func reasonOfEnd() async -> String? {
    let text = errorText
    return text.isEmpty ? nil : text
  }

  /// The end of what came on standard error, on one line.
  var errorText: String {
    let text = said.withLock { String(decoding: $0, as: UTF8.self) }
    // Paths stand in it, and what is wrong with them comes after.
    return Printable.text(
      text.split(whereSeparator: \.isNewline).joined(separator: " / "), longest: 600)
  }

  private func keep(_ bytes: [UInt8]) {
    said.withLock { kept in
      kept += bytes
      if kept.count > Self.longest { kept.removeFirst(kept.count - Self.longest) }
    }
  }
}
