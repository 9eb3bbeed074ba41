import CLibssh2
import LeapfrogCore

/// The library's global state and its error texts.
enum Libssh2 {
  /// Starts the library once; it may not be started by two threads at a time.
  static let start: Int32 = libssh2_init(0)

  /// The library's text of the last error of a session.
  static func lastError(_ session: OpaquePointer) -> String {
    var text: UnsafeMutablePointer<CChar>?
    let code = libssh2_session_last_error(session, &text, nil, 0)
    guard let text, text.pointee != 0 else { return "error \(code)" }
    return Printable.text(String(cString: text))
  }

  /// Whether a code means that the stream below the session is gone.
  static func isLoss(_ code: Int32) -> Bool {
    [
      LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_DISCONNECT,
      LIBSSH2_ERROR_SOCKET_TIMEOUT, LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_BANNER_RECV,
      LIBSSH2_ERROR_BANNER_SEND, LIBSSH2_ERROR_DECRYPT, LIBSSH2_ERROR_INVALID_MAC,
      LIBSSH2_ERROR_CHANNEL_CLOSED,
    ].contains(code)
  }
}

/// The owner of a session of the library, and of the socket that it is on: to free it writes there, so the
/// socket's number may not be somebody else's by then.
struct SessionHandle: ~Copyable {
  let raw: OpaquePointer
  let socket: Socket

  init(_ socket: Socket) throws {
    guard Libssh2.start == 0, let raw = libssh2_session_init_ex(nil, nil, nil, nil) else {
      throw Failure.failed("libssh2 does not start")
    }
    (self.raw, self.socket) = (raw, socket)
    libssh2_session_set_blocking(raw, 0)
  }

  deinit {
    // Nothing is waited for then.
    socket.shutDown()
    // The library can answer "again" for ever; a session that does not let go is left.
    for _ in 0..<100 where libssh2_session_free(raw) != LIBSSH2_ERROR_EAGAIN { return }
  }
}
