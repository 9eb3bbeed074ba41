import Glibc
import LeapfrogCore

/// A connection to a listener; nothing on it waits past the deadline.
struct HTTPConnection: ~Copyable {
  private let socket: Descriptor
  private let name: String
  private let deadline: Deadline
  private let late: Failure

  /// Connects to the first place of the address that accepts.
  ///
  /// - Parameter late: what is thrown at the deadline.
  /// - Throws: `Failure` naming the address.
  init(to address: HTTPAddress, until deadline: Deadline, late: Failure) throws {
    (name, self.deadline, self.late) = ("\(address)", deadline, late)
    let places = try address.resolved(until: deadline)
    var failure = Failure.failed("\(address) is no address to connect to")
    for (index, place) in places.enumerated() {
      do {
        socket = try Self.connected(
          to: place, name, until: deadline.share(of: places.count - index), late)
        return
      } catch { failure = Failure(error) }
    }
    throw failure
  }

  private static func connected(
    to place: SocketAddress, _ name: String, until deadline: Deadline, _ late: Failure
  ) throws -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = Descriptor(
      adopting: try system("make a socket for", name) { Glibc.socket(place.family, type, 0) })
    let number = descriptor.number
    let status = place.bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map {
        connect(
          number, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
      } ?? -1
    }
    if status == 0 { return descriptor }
    guard errno == EINPROGRESS else { throw Failure.system("connect to", name) }
    try wait(for: POLLOUT, number, until: deadline, late)
    let fault = fault(of: number)
    guard fault == 0 else { throw Failure.system("connect to", name, errno: fault) }
    return descriptor
  }

  private static func fault(of socket: Int32) -> Int32 {
    var fault: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(socket, SOL_SOCKET, SO_ERROR, &fault, &size) == 0 ? fault : errno
  }

  /// Sends all of it.
  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if sent > 0 { rest = rest.dropFirst(sent) } else { try waitAfterFault(POLLOUT) }
    }
  }

  /// Receives what is there, once something is; nothing at the end.
  func receive(into buffer: inout [UInt8]) throws -> Int {
    while true {
      guard !deadline.isOver else { throw late }
      let count = recv(socket.number, &buffer, buffer.count, 0)
      if count >= 0 { return count }
      try waitAfterFault(POLLIN)
    }
  }

  private func waitAfterFault(_ event: Int32) throws {
    switch errno {
    case EAGAIN, EWOULDBLOCK, EINTR:
      try Self.wait(for: event, socket.number, until: deadline, late)
    default: throw Failure.system("read the answer of", name)
    }
  }

  private static func wait(
    for event: Int32, _ number: Int32, until deadline: Deadline, _ late: Failure
  ) throws {
    var file = pollfd(fd: number, events: Int16(event), revents: 0)
    while true {
      guard !deadline.isOver else { throw late }
      if poll(&file, 1, deadline.milliseconds) > 0 { return }
    }
  }
}
