import LeapfrogCore

/// Writes little-endian values one after the other into a buffer that has room for them.
struct BinaryWriter {
  private let buffer: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(_ buffer: UnsafeMutableRawBufferPointer) {
    self.buffer = buffer
  }

  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: Value.self)
    count += MemoryLayout<Value>.size
  }

  mutating func put(_ id: ObjectID) {
    id.store(into: buffer, at: count)
    count += ObjectID.size
  }

  mutating func put(_ bytes: [UInt8]) {
    UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyBytes(from: bytes)
    count += bytes.count
  }
}

/// Reads what a `BinaryWriter` wrote; nil where the buffer ends too early.
struct BinaryReader {
  private let buffer: UnsafeRawBufferPointer
  private var position = 0

  init(_ buffer: UnsafeRawBufferPointer) {
    self.buffer = buffer
  }

  /// The bytes that were not read yet.
  var left: Int { buffer.count - position }

  mutating func get<Value: FixedWidthInteger & BitwiseCopyable>() -> Value? {
    guard left >= MemoryLayout<Value>.size else { return nil }
    defer { position += MemoryLayout<Value>.size }
    return Value(littleEndian: buffer.loadUnaligned(fromByteOffset: position, as: Value.self))
  }

  mutating func getID() -> ObjectID? {
    guard left >= ObjectID.size else { return nil }
    defer { position += ObjectID.size }
    return ObjectID(loading: buffer, at: position)
  }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard count >= 0, left >= count else { return nil }
    defer { position += count }
    return Array(buffer[position..<position + count])
  }

  mutating func rest() -> [UInt8] {
    defer { position = buffer.count }
    return Array(buffer[position...])
  }
}
