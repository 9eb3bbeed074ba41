import Glibc
import LeapfrogCore

/// Reads lines and counted bytes from a descriptor, in large pieces.
final class WireReader {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0

  init(descriptor: Int32) {
    self.descriptor = descriptor
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
      guard try fill(wanting: count) else {
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
      guard try fill(wanting: count) else {
        throw Failure.failed("the link broke in the middle of a message")
      }
    }
    defer { position += count }
    return try buffer.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
    }
  }

  private func fill(wanting count: Int = 0) throws -> Bool {
    if position > 0 {
      buffer.removeSubrange(..<position)
      position = 0
    }
    let room = max(256 << 10, count - buffer.count)
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: room))
    let descriptor = descriptor
    let got = try buffer.withUnsafeMutableBytes { bytes in
      try system("read from", "the controller") {
        Glibc.read(descriptor, bytes.baseAddress?.advanced(by: start), room)
      }
    }
    buffer.removeLast(room - got)
    return got > 0
  }
}
