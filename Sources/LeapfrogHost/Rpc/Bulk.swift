import LeapfrogCore

/// The counted bytes that follow a request; packed ones are unpacked first.
final class Bulk {
  private let reader: WireReader
  private(set) var left: Int
  private var unpacked: [UInt8]?

  /// - Throws: `Failure` when packed bytes arrived damaged; they are all read then.
  init(reader: WireReader, count: Int, unpacked: Int? = nil) throws {
    self.reader = reader
    left = max(0, count)
    guard let count = unpacked else { return }
    self.unpacked = try reader.withBytes(left) { try Packing.unpack($0, count: count) }
    left = count
  }

  func bytes(_ count: Int) throws -> [UInt8] { try withBytes(count) { Array($0) } }

  func withBytes<Value>(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) throws
    -> Value
  {
    guard count >= 0, count <= left else { throw Failure.usage("a bulk message is cut short") }
    defer { left -= count }
    guard let unpacked else { return try reader.withBytes(count, body) }
    let start = unpacked.count - left
    return try unpacked.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
    }
  }

  /// Reads what nobody wanted, so that the next request is found.
  func skipRest() throws {
    while left > 0 { try withBytes(min(left, 1 << 20)) { _ in } }
  }
}
