import CLibssh2
import LeapfrogCore

extension SSHSession {
  /// A piece of what the other side of a channel sent.
  enum Piece: Sendable {
    case output([UInt8])
    case error([UInt8])
  }

  /// A command that was started.
  struct Started: Sendable {
    /// The number of its channel.
    let id: Int
    let hasTerminal: Bool
  }

  /// Starts a command of the account's shell.
  ///
  /// - Parameters:
  ///   - environment: what the server may take of it or not.
  ///   - terminal: of what kind the command's terminal is; it has none where this is nil.
  func start(
    _ command: String, environment: [(name: String, value: String)] = [],
    on terminal: TerminalKind? = nil, until limit: Deadline
  ) throws -> Started {
    guard command.utf8.count <= Self.longestCommand else {
      throw Failure.failed(
        "a command of \(command.utf8.count) bytes is too long for \(name): libssh2 sends at most "
          + "\(Self.longestCommand); hand what is long over on standard input")
    }
    let channel = try openChannel(until: limit) {
      libssh2_channel_open_ex(raw, "session", 7, Self.window, 32768, nil, 0)
    }
    for (name, value) in environment {
      _ = try finish(until: limit) {
        libssh2_channel_setenv_ex(
          channel, name, UInt32(name.utf8.count), value, UInt32(value.utf8.count))
      }
    }
    let hasTerminal = try terminal.map { try request($0, for: channel, until: limit) } ?? false
    let code = try finish(until: limit) {
      libssh2_channel_process_startup(
        channel, "exec", 4, command, UInt32(command.utf8.count))
    }
    guard code == 0 else { throw refused("\(name) starts no command", code) }
    return Started(id: keep(channel), hasTerminal: hasTerminal)
  }

  private static let window: UInt32 = 4 << 20
  /// Bytes that surely fit into one packet of the library's.
  private static let longestCommand = 32_000

  /// Opens a way from the host to another.
  ///
  /// - Parameter host: the other's name, for messages.
  /// - Throws: `LinkLost` when nobody answers there, `Failure` when the host lets nobody through.
  func reach(_ address: String, port: Int, of host: String, until limit: Deadline) throws -> Int {
    do {
      return keep(
        try openChannel(until: limit) {
          libssh2_channel_direct_tcpip_ex(raw, address, Int32(port), "127.0.0.1", 22)
        })
    } catch is Failure {
      throw unreached(host, Libssh2.lastError(raw))
    }
  }

  private func unreached(_ host: String, _ reason: String) -> any Error {
    let what = "\(host) cannot be reached through \(name): \(reason)"
    // Only the words tell apart what may pass.
    if reason.contains("connect failed") { return LinkLost(what, remedy: "ssh \(host)") }
    return Failure.failed(what, remedy: "ssh -v \(host)")
  }

  private func openChannel(until limit: Deadline, _ open: () -> OpaquePointer?) throws
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
  /// - Parameter outputFirst: whether nothing of standard error comes before the output that was sent
  ///   earlier. Otherwise standard error does not wait for an output that never ends.
  /// - Throws: `LinkLost` when the link broke before the end.
  func next(_ id: Int, outputFirst: Bool = false) async throws -> Piece? {
    var mayStay = true
    while true {
      try verifyAlive()
      guard let channel = channels[id] else { return nil }
      if !outputFirst, let bytes = try read(channel, 1) { return .error(bytes) }
      if let bytes = try read(channel, 0) { return .output(bytes) }
      // To read takes in what has come meanwhile, which may be output with errors behind it.
      if let bytes = try read(channel, 1, atMost: queued(channel)) { return .error(bytes) }
      if libssh2_channel_eof(channel) != 0 { return nil }
      // A quick answer is waited for here: to let go of the queue and to come back takes longer than it does.
      let stays = mayStay && isAtRest
      mayStay = false
      if stays, socket.wait(reading: true, writing: false, milliseconds: 1) { continue }
      await input()
    }
  }

  /// Bytes that the library has taken in already.
  private func queued(_ channel: OpaquePointer) -> Int {
    var bytes: UInt = 0
    libssh2_channel_window_read_ex(channel, &bytes, nil)
    return Int(bytes)
  }

  /// What there is of a stream right now; nil for nothing.
  private func read(_ channel: OpaquePointer, _ stream: Int32, atMost size: Int = 64 << 10) throws
    -> [UInt8]?
  {
    guard size > 0 else { return nil }
    let limit = Deadline(seconds: Self.patience)
    while true {
      let (bytes, code) = readOnce(channel, stream, atMost: min(size, 64 << 10))
      if code > 0 {
        lastInput = .now
        return bytes
      }
      guard code < 0 else { return nil }
      guard code == Int(LIBSSH2_ERROR_EAGAIN) else { throw lose(Int32(code)) }
      // To read can mean to grant room first, and what was begun to be sent is sent to its end.
      guard libssh2_session_block_directions(raw) & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0,
        !limit.isOver
      else { return nil }
      try block(until: limit)
    }
  }

  private func readOnce(_ channel: OpaquePointer, _ stream: Int32, atMost size: Int) -> (
    [UInt8], Int
  ) {
    var code = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, length in
      code = buffer.withMemoryRebound(to: CChar.self) {
        libssh2_channel_read_ex(channel, stream, $0.baseAddress, $0.count)
      }
      length = max(0, code)
    }
    return (bytes, code)
  }

  /// Sends all bytes, or ends with `LinkLost`.
  ///
  /// - Parameter stalling: seconds after which a command that takes nothing is given up: its host can be there
  ///   all the while.
  func write(_ id: Int, _ bytes: [UInt8], stalling: Double? = nil) async throws {
    // While nobody asked for anything, silence was no sign of a loss.
    if isAtRest { lastInput = .now }
    var (sent, lastProgress) = (0, ContinuousClock.now)
    while sent < bytes.count {
      try verifyAlive()
      guard let channel = channels[id] else { throw ChannelClosed() }
      let count = try bytes.withUnsafeBytes { all in
        try writeSome(channel, UnsafeRawBufferPointer(rebasing: all[sent...]))
      }
      // The library waits for room even where nobody will make any. What it calls the end elsewhere comes
      // only after all that was said before it was read.
      if count == 0, libssh2_channel_wait_eof(channel) == 0 { throw ChannelClosed() }
      sent += count
      if count > 0 { lastProgress = .now }
      // Looked at behind a write: whoever was stopped meanwhile has not tried for long.
      if count == 0, let stalling, lastProgress.age > stalling {
        throw LinkLost("\(name) has taken nothing for \(Int(stalling)) s")
      }
      if count == 0 { await input() }
    }
  }

  /// Sends what the other side has room for; 0 when it has none.
  private func writeSome(_ channel: OpaquePointer, _ bytes: UnsafeRawBufferPointer) throws -> Int {
    let text = bytes.bindMemory(to: CChar.self)
    let limit = Deadline(seconds: Self.patience)
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
    let limit = Deadline(seconds: Self.patience)
    _ = try finish(until: limit) { libssh2_channel_send_eof(channel) }
  }

  /// Gives a channel up, whatever the other side is about: its end is told, and that the other side agrees
  /// is not waited for.
  func close(_ id: Int) {
    guard let channel = channels.removeValue(forKey: id) else { return }
    let limit = Deadline(seconds: Self.patience)
    while libssh2_channel_close(channel) == LIBSSH2_ERROR_EAGAIN,
      libssh2_session_block_directions(raw) & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0
    {
      guard (try? block(until: limit)) != nil else { break }
    }
    wake()
  }
}
