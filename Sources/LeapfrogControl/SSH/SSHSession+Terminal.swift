import CLibssh2
import LeapfrogCore

/// What a terminal can do, and how large it is.
struct TerminalKind: Sendable {
  /// The name by which programs know it, of `TERM`.
  var name: String
  /// Characters in a line.
  var columns: Int32
  /// Lines.
  var rows: Int32
}

extension SSHSession {
  /// Has the command of a channel run on a terminal.
  ///
  /// - Returns: false where the host gives the account none; the command can run without.
  func request(
    _ terminal: TerminalKind, for channel: OpaquePointer, until limit: Deadline
  ) throws -> Bool {
    let code = try finish(until: limit) {
      libssh2_channel_request_pty_ex(
        channel, terminal.name, UInt32(terminal.name.utf8.count), nil, 0, terminal.columns,
        terminal.rows, 0, 0)
    }
    guard code != LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED else { return false }
    guard code == 0 else { throw refused("\(name) gives no terminal", code) }
    return true
  }

  /// Tells a channel's terminal its new size.
  func resize(_ id: Int, _ terminal: TerminalKind) throws {
    guard let channel = channels[id] else { return }
    let limit = Deadline(seconds: Self.patience)
    _ = try finish(until: limit) {
      libssh2_channel_request_pty_size_ex(channel, terminal.columns, terminal.rows, 0, 0)
    }
  }
}
