import CPosix
import Foundation
import Glibc
import LeapfrogCore

/// One end of a conversation between two processes of ours: each message is a JSON value behind its
/// length, and can bring an open file along.
struct MessageSocket: ~Copyable {
  private let file: Descriptor

  /// Longer messages are none of ours, in bytes.
  private static let longest = 16 << 20

  init(_ file: consuming Descriptor) { self.file = file }

  /// Starts a process at the other end of a conversation.
  ///
  /// - Parameter start: gets the number of that end, which is closed here afterwards.
  static func with<Value>(_ start: (Int32) throws -> Value) throws -> (end: Int32, value: Value) {
    var ends: [Int32] = [-1, -1]
    try system("make", "a socket") {
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
    }
    let own = Descriptor(adopting: ends[0])
    let other = Descriptor(adopting: ends[1])
    let value = try start(other.number)
    return (own.take(), value)
  }

  /// The number, to be watched.
  var number: Int32 { file.number }

  /// Sends a message.
  ///
  /// - Parameter descriptor: an open file that the other side gets, too.
  func send(_ message: some Encodable, passing descriptor: Int32? = nil) throws {
    let body = try JSONEncoder().encode(message)
    let bytes = withUnsafeBytes(of: UInt32(body.count).littleEndian) { Array($0) } + body
    var done = 0
    while done < bytes.count {
      done += try system("write to", "a process of leapfrog") {
        bytes[done...].withUnsafeBytes {
          send_with_descriptor(number, $0.baseAddress, $0.count, done == 0 ? descriptor ?? -1 : -1)
        }
      }
    }
  }

  /// What a receiver gets.
  struct Received<Message>: ~Copyable {
    let message: Message
    /// -1 where none came along.
    let descriptor: Descriptor
  }

  /// Waits for a message.
  ///
  /// - Parameter waits: says before each wait how many milliseconds it may take, -1 for any number;
  ///   it throws when nothing is waited for any more.
  /// - Returns: nil where the other side has ended.
  func receive<Message: Decodable>(
    _ type: Message.Type, waiting waits: () throws -> Int32 = { -1 }
  ) throws -> Received<Message>? {
    var passed: Int32 = -1
    guard let head = try take(4, &passed, waits) else { return nil }
    let length = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    let descriptor = Descriptor(adopting: passed)
    var none: Int32 = -1
    guard length <= Self.longest, let body = try take(length, &none, waits),
      let message = try? JSONDecoder().decode(type, from: Data(body))
    else { return nil }
    return Received(message: message, descriptor: descriptor)
  }

  /// So many bytes; nil where the other side has ended before.
  private func take(
    _ count: Int, _ descriptor: inout Int32, _ waits: () throws -> Int32
  ) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      var file = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      guard poll(&file, 1, try waits()) > 0 else { continue }
      var passed: Int32 = -1
      let got = retrying {
        bytes[done...].withUnsafeMutableBytes {
          receive_with_descriptor(number, $0.baseAddress, $0.count, &passed)
        }
      }
      if passed >= 0 {
        if descriptor >= 0 { close(descriptor) }
        descriptor = passed
      }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }
}
