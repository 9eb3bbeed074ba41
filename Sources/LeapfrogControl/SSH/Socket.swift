import Glibc

/// A connected stream socket, closed when nobody holds it any more: its number cannot become somebody
/// else's while a thread still waits on it.
final class Socket: Sendable {
  let number: Int32

  /// Takes over the descriptor.
  init(_ number: Int32) {
    self.number = number
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
  }

  deinit { close(number) }

  /// Ends both directions; every wait returns.
  func shutDown() { _ = shutdown(number, Int32(SHUT_RDWR)) }

  /// Waits until something can be read or written, or the time is over.
  ///
  /// - Returns: whether something can be.
  func wait(reading: Bool, writing: Bool, milliseconds: Int32) -> Bool {
    let events = (reading ? Int16(POLLIN) : 0) | (writing ? Int16(POLLOUT) : 0)
    var look = pollfd(fd: number, events: events, revents: 0)
    while true {
      let count = poll(&look, 1, milliseconds)
      if count < 0 && errno == EINTR { continue }
      return count > 0
    }
  }

  /// Whether something small can be written without waiting.
  var takesWrites: Bool { wait(reading: false, writing: true, milliseconds: 0) }

  /// Whether nothing will come any more, and all that came was read.
  var hasEnded: Bool {
    var byte: UInt8 = 0
    let count = recv(number, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
  }

  /// Two connected sockets.
  static func pair() -> (Socket, Socket)? {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
    return (Socket(ends[0]), Socket(ends[1]))
  }
}

/// Waits on a socket on a thread of its own, so that the owner of the socket can go on meanwhile.
actor SocketWatcher {
  private let executor = QueueExecutor(label: "leapfrog.watcher")
  private let socket: Socket

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ socket: Socket) { self.socket = socket }

  /// Waits until there is something to read, or the time is over; says whether there is.
  func input(within milliseconds: Int32) -> Bool {
    socket.wait(reading: true, writing: false, milliseconds: milliseconds)
  }
}
