import Foundation
import LeapfrogCore
import Synchronization

/// A listener on the loopback that answers each connection's request with what `answer` says, or
/// never.
final class Listener: Sendable {
  let port: UInt16
  private let descriptor: Int32
  private let seen = Mutex<[String]>([])

  init(answer: @escaping @Sendable (String) -> String?) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Failure.failed("no listener") }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in serve(answer) }
  }

  /// The requests so far.
  var requests: [String] { seen.withLock { $0 } }

  /// Ends the thread.
  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func serve(_ answer: @Sendable (String) -> String?) {
    var silent: [Int32] = []
    while true {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { break }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = max(0, recv(connection, &buffer, buffer.count, 0))
      let request = String(decoding: buffer.prefix(count), as: UTF8.self)
      seen.withLock { $0.append(request) }
      guard let text = answer(request) else {
        silent.append(connection)
        continue
      }
      _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
      close(connection)
    }
    for connection in silent { close(connection) }
    close(descriptor)
  }
}
