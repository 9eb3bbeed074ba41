import Foundation
import LeapfrogCore

/// Puts the executable at its address on a host: whole and proven, or not at all.
struct Upload {
  let session: SSHSession
  let executable: HostExecutable
  let host: String
  let progress: RemoteHost.Progress

  /// Seconds after which a host that takes nothing more is given up.
  private static let patience = 60.0

  /// - Returns: the seconds that it took.
  /// - Throws: `Failure` with what the host said when it does not take it.
  func store(digest: String) async throws -> Double {
    let begun = ContinuousClock.now
    let bootstrap = Bootstrap(digest: digest)
    let id = try await session.start(
      bootstrap.store(size: try executable.size()), until: Deadline(seconds: 20)
    ).id
    let channel = SSHChannel(session: session, id: id)
    do { try await send(channel) } catch is ChannelClosed {
      // Why it stopped listening comes as its answer.
    }
    var marked = MarkedStream(channel, host: host, nonce: bootstrap.nonce)
    let answer = try await marked.answer(within: 120)
    let said = answer == .stored ? "" : await marked.reason(within: 20)
    await channel.close()
    guard answer == .stored else {
      throw Failure.failed(
        "leapfrog-host cannot be put on \(host): \(said.isEmpty ? "it arrived damaged" : said)",
        remedy: "ssh \(host) df -h")
    }
    return begun.age
  }

  private func send(_ channel: SSHChannel) async throws {
    let total = try executable.size()
    var sent = 0
    try await executable.read { piece in
      try await channel.write(piece, stalling: Self.patience)
      sent += piece.count
      progress("putting leapfrog-host on \(host)", sent, total)
    }
    try await channel.endInput()
  }
}
