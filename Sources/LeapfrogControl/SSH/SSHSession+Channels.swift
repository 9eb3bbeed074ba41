import CLibssh2
import LeapfrogCore

extension SSHSession {
  /// A piece of what the other side of a channel sent.
  enum Piece: Sendable {
    case output([UInt8])
    case error([UInt8])
  }

  /// Starts a command of the account's shell.
  ///
  /// - Parameter environment: what the server may take of it or not.
  func start(
    _ command: String, environment: [(name: String, value: String)] = [], until limit: TimeLimit
  ) throws -> Int {
    let channel = try openChannel(until: limit) {
      libssh2_channel_open_ex(raw, "session", 7, Self.window, 32768, nil, 0)
    }
    for (name, value) in environment {
      _ = try finish(until: limit) {
        libssh2_channel_setenv_ex(
          channel, name, UInt32(name.utf8.count), value, UInt32(value.utf8.count))
      }
    }
    let code = try finish(until: limit) {
      libssh2_channel_process_startup(
        channel, "exec", 4, command, UInt32(command.utf8.count))
    }
    guard code == 0 else { throw refused("\(name) starts no command", code) }
    return keep(channel)
  }

  private static let window: UInt32 = 4 << 20

  /// Opens a way from the host to another.
  func reach(_ address: String, port: Int, until limit: TimeLimit) throws -> Int {
    keep(
      try openChannel(until: limit) {
        libssh2_channel_direct_tcpip_ex(raw, address, Int32(port), "127.0.0.1", 22)
      })
  }

  private func openChannel(until limit: TimeLimit, _ open: () -> OpaquePointer?) throws
    -> OpaquePointer
  {
    defer { wake() }
    while true {
      try verifyAlive()
      if let channel = open() { return channel }
      let code = libssh2_session_last_errno(raw)
      guard code == LIBSSH2_ERROR_EAGAIN else { throw refused("\(name) opens no channel", code) }
      try block(until: limit)
    }
  }

  private func keep(_ channel: OpaquePointer) -> Int {
    lastChannel += 1
    channels[lastChannel] = channel
    return lastChannel
  }

  /// The next piece; nil at the end.
  ///
  /// - Throws: `LinkLost` when the link broke before the end.
  func next(_ id: Int) async throws -> Piece? {
    while true {
      try verifyAlive()
      if let piece = takeEarly(id) { return piece }
      guard let channel = channels[id] else { return nil }
      if let piece = try piece(channel) { return piece }
      if libssh2_channel_eof(channel) != 0 { return nil }
      await input()
    }
  }

  private func takeEarly(_ id: Int) -> Piece? {
    guard let first = early[id]?.first else { return nil }
    early[id]?.removeFirst()
    return first
  }

  /// What there is of both streams right now; nil for nothing.
  private func piece(_ channel: OpaquePointer) throws -> Piece? {
    if let bytes = try read(channel, 1) { return .error(bytes) }
    return try read(channel, 0).map { .output($0) }
  }

  /// What there is of a stream right now; nil for nothing.
  private func read(_ channel: OpaquePointer, _ stream: Int32) throws -> [UInt8]? {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, length in
      count = buffer.withMemoryRebound(to: CChar.self) {
        libssh2_channel_read_ex(channel, stream, $0.baseAddress, $0.count)
      }
      length = max(0, count)
    }
    if count > 0 { lastInput = .now }
    if count > 0 { return bytes }
    guard count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) else { return nil }
    throw lose(Int32(count))
  }

  /// Sends all bytes, or ends with `LinkLost`.
  func write(_ id: Int, _ bytes: [UInt8]) async throws {
    var sent = 0
    while sent < bytes.count {
      try verifyAlive()
      guard let channel = channels[id] else { throw ChannelClosed() }
      let count = try bytes.withUnsafeBytes { all in
        try writeSome(channel, UnsafeRawBufferPointer(rebasing: all[sent...]))
      }
      // The library waits for room even where nobody will make any.
      if count == 0, try hasEnded(id, channel) { throw ChannelClosed() }
      if count == 0 { await input() }
      sent += count
    }
  }

  /// Whether the other side of a channel says nothing more. The library denies that as long as there is
  /// something to read, and the one who should read may be waiting for this.
  private func hasEnded(_ id: Int, _ channel: OpaquePointer) throws -> Bool {
    while early[id, default: []].count < Self.mostEarly, let piece = try piece(channel) {
      early[id, default: []].append(piece)
      wake()
    }
    return libssh2_channel_eof(channel) != 0
  }

  /// Pieces that are kept for the reader of a channel.
  private static let mostEarly = 64

  /// Sends what the other side has room for; 0 when it has none.
  private func writeSome(_ channel: OpaquePointer, _ bytes: UnsafeRawBufferPointer) throws -> Int {
    let text = bytes.bindMemory(to: CChar.self)
    let limit = TimeLimit(seconds: Self.patience)
    while true {
      let count = libssh2_channel_write_ex(channel, 0, text.baseAddress, text.count)
      wake()
      if count >= 0 { return count }
      if count == Int(LIBSSH2_ERROR_CHANNEL_CLOSED) { throw ChannelClosed() }
      guard count == Int(LIBSSH2_ERROR_EAGAIN) else { throw lose(Int32(count)) }
      guard libssh2_session_block_directions(raw) & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0 else {
        return 0
      }
      try block(until: limit)
    }
  }

  /// Says that nothing more will be sent on a channel.
  func endInput(_ id: Int) throws {
    guard let channel = channels[id] else { return }
    let limit = TimeLimit(seconds: Self.patience)
    _ = try finish(until: limit) { libssh2_channel_send_eof(channel) }
  }

  /// Gives a channel up, whatever the other side is about.
  func close(_ id: Int) {
    early[id] = nil
    guard let channel = channels.removeValue(forKey: id) else { return }
    let limit = TimeLimit(seconds: 1)
    _ = try? finish(until: limit) { libssh2_channel_send_eof(channel) }
    _ = try? finish(until: limit) { libssh2_channel_free(channel) }
    wake()
  }
}
