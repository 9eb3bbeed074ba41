import Foundation
import Glibc
import LeapfrogCore
import Synchronization

/// Where a listener is.
struct HTTPAddress: Sendable, Equatable {
  let host: String
  let port: UInt16

  /// The listener of an address such as `http://127.0.0.1:8080`; nil for anything else.
  init?(_ address: String) {
    guard address.hasPrefix("http://") else { return nil }
    let rest = address.dropFirst("http://".count).prefix { $0 != "/" }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
    guard let port = parts.count == 2 ? UInt16(parts[1]) : 80 else { return nil }
    (host, self.port) = (String(name), port)
  }
}

extension HTTPAddress: CustomStringConvertible {
  var description: String { "\(host):\(port)" }
}

/// One of the places that a listener's name stands for.
struct SocketAddress: Sendable {
  let family: Int32
  let bytes: [UInt8]
}

extension HTTPAddress {
  /// What the name stands for, in the order in which it is tried.
  ///
  /// - Throws: `Failure` when nobody knows it in time.
  func resolved(until deadline: Deadline) throws -> [SocketAddress] {
    if let numeric = Self.look(host, port, AI_NUMERICHOST) { return numeric }
    guard let found = lookedUp(until: deadline), !found.isEmpty else {
      throw Failure.failed("the address \(host) is not known")
    }
    return found
  }

  /// Asked in a thread of its own, since the system's look-up knows no deadline.
  private func lookedUp(until deadline: Deadline) -> [SocketAddress]? {
    let found = Lookup()
    let (host, port) = (host, port)
    Thread.detachNewThread {
      let addresses = Self.look(host, port, 0)
      found.addresses.withLock { $0 = addresses }
      found.ended.signal()
    }
    _ = found.ended.wait(timeout: .now() + .milliseconds(Int(deadline.milliseconds)))
    return found.addresses.withLock { $0 }
  }

  private static func look(_ host: String, _ port: UInt16, _ flags: Int32) -> [SocketAddress]? {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = flags
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let found else { return nil }
    defer { freeaddrinfo(found) }
    return sequence(first: found, next: { $0.pointee.ai_next }).map { entry in
      SocketAddress(
        family: entry.pointee.ai_family,
        bytes: Array(
          UnsafeRawBufferPointer(
            start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))))
    }
  }

  private final class Lookup: Sendable {
    let addresses = Mutex<[SocketAddress]?>(nil)
    let ended = DispatchSemaphore(value: 0)
  }
}
