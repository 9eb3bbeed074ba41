import Glibc
import LeapfrogCore

/// Reads lines and counted bytes from a descriptor, in large pieces.
final class WireReader {
  private let descriptor: Int32
  private let watch: ControllerWatch?
  private var buffer: [UInt8] = []
  private var position = 0
  private var chunk = [UInt8](repeating: 0, count: 256 << 10)

  /// `watch` ends the waiting; without it there is no end.
  init(descriptor: Int32, watch: ControllerWatch? = nil) {
    (self.descriptor, self.watch) = (descriptor, watch)
  }

  /// The next line without its end; nil when the other side is gone.
  func line() throws -> [UInt8]? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        return Array(buffer[position..<end])
      }
      let kept = buffer.count - position
      guard kept <= Wire.longestLine else { throw Failure.usage("a message is too long") }
      guard try fill() else { return nil }
      searched = position + kept
    }
  }

  /// Exactly so many bytes.
  func bytes(_ count: Int) throws -> [UInt8] {
    guard count >= 0, count <= 1 << 31 else { throw Failure.usage("a bulk message is too long") }
    while buffer.count - position < count {
      guard try fill() else {
        throw Failure.failed("the link broke in the middle of a message")
      }
    }
    defer { position += count }
    return Array(buffer[position..<position + count])
  }

  /// Calls the body with exactly so many bytes without copying them.
  func withBytes<Value>(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) throws
    -> Value
  {
    guard count >= 0, count <= 1 << 31 else { throw Failure.usage("a bulk message is too long") }
    while buffer.count - position < count {
      guard try fill() else {
        throw Failure.failed("the link broke in the middle of a message")
      }
    }
    defer { position += count }
    return try buffer.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
    }
  }

  /// Reads what has come, in pieces of one size: a large message arrives in many, and must not be
  /// made room for once with each.
  private func fill() throws -> Bool {
    if position > 0 {
      buffer.removeSubrange(..<position)
      position = 0
    }
    try watch?.wait(for: POLLIN, on: descriptor)
    let got = retrying { Glibc.read(descriptor, &chunk, chunk.count) }
    // A controller that closes its end with an answer unread is reported as a reset: it is gone.
    if got == -1 && errno == ECONNRESET { return false }
    guard got != -1 else { throw Failure.system("read from", "the controller") }
    buffer.append(contentsOf: chunk[..<got])
    return got > 0
  }
}
