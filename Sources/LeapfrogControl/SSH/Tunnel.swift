import LeapfrogCore

/// Carries the bytes of one connection through another: a channel to the next host on one side, a socket
/// for the library on the other.
final class Tunnel: Sendable {
  private let channel: SSHChannel
  private let reader: DescriptorReader
  private let writer: DescriptorWriter
  private let socket: Socket

  /// Begins to carry.
  ///
  /// - Returns: the tunnel, and the socket to speak through it.
  static func dig(_ channel: SSHChannel) throws -> (Tunnel, Socket) {
    guard let (ours, theirs) = Socket.pair() else {
      throw Failure.failed("no socket can be had for the way through \(channel.session.name)")
    }
    let tunnel = Tunnel(channel, ours)
    Task { await tunnel.carryIn() }
    Task { await tunnel.carryOut() }
    return (tunnel, theirs)
  }

  private init(_ channel: SSHChannel, _ socket: Socket) {
    (self.channel, self.socket) = (channel, socket)
    (reader, writer) = (DescriptorReader(socket), DescriptorWriter(socket))
  }

  private func carryIn() async {
    while let piece = try? await channel.next() {
      if case .output(let bytes) = piece, await !writer.write(bytes) { break }
    }
    socket.shutDown()
  }

  private func carryOut() async {
    while let bytes = await reader.read() {
      guard (try? await channel.write(bytes)) != nil else { break }
    }
    socket.shutDown()
    await channel.close()
  }

  /// Ends it, and the connection it goes through, which is nobody else's.
  func close() async {
    socket.shutDown()
    await channel.session.close()
  }
}
