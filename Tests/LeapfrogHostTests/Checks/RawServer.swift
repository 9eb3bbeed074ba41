import Foundation
import Glibc
import Synchronization

/// Answers every request with exactly these pieces, a pause before each, whatever is asked.
final class RawServer: Sendable {
  let port: Int
  private let listener: Int32
  private let heard = Mutex<[String]>([])
  private let isOver = Atomic(false)

  /// - Parameter hangs: whether the connection is left open after the last piece.
  init(_ pieces: [String], pause: Double = 0, hangs: Bool = false) throws {
    (listener, port) = try Self.listen()
    let (listener, pieces) = (listener, pieces.map { Array($0.utf8) })
    Thread.detachNewThread { [self] in
      while !isOver.load(ordering: .relaxed) { serve(listener, pieces, pause, hangs) }
      close(listener)
    }
  }

  func stop() { isOver.store(true, ordering: .relaxed) }

  var address: String { "http://127.0.0.1:\(port)" }

  /// What was asked, a request after the other.
  var requests: [String] { heard.withLock { $0 } }

  private static func listen() throws -> (Int32, Int) {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, size) == 0 && Glibc.listen(number, 64) == 0
          && getsockname(number, $0, &size) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    return (number, Int(UInt16(bigEndian: address.sin_port)))
  }

  private func serve(_ listener: Int32, _ pieces: [[UInt8]], _ pause: Double, _ hangs: Bool) {
    guard Self.isReadable(listener) else { return }
    let connection = accept(listener, nil, nil)
    defer { close(connection) }
    var request = [UInt8](repeating: 0, count: 4096)
    while !Self.isReadable(connection) { if isOver.load(ordering: .relaxed) { return } }
    let count = recv(connection, &request, request.count, 0)
    heard.withLock { $0.append(String(decoding: request[..<max(0, count)], as: UTF8.self)) }
    for piece in pieces where !isOver.load(ordering: .relaxed) {
      if pause > 0 { usleep(UInt32(pause * 1e6)) }
      guard send(connection, piece, piece.count, Int32(MSG_NOSIGNAL)) == piece.count else { return }
    }
    while hangs, !isOver.load(ordering: .relaxed), !Self.isReadable(connection) {}
  }

  private static func isReadable(_ number: Int32) -> Bool {
    var file = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return poll(&file, 1, 50) > 0
  }
}
