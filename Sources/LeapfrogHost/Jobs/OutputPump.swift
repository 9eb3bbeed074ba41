import CPosix
import Glibc
import LeapfrogCore

/// Takes what a command prints out of a pipe and puts it into a capped file.
struct OutputPump {
  private(set) var output: CappedOutput
  /// The reading end; negative, and so ignored by `poll`, once every writer has closed its end.
  private(set) var pipe: Int32
  private var buffer: [UInt8]

  /// The size of the pipe: what a command can print before it has to wait for the pump.
  static let capacity = 256 << 10

  /// - Parameter pipe: the reading end, not blocking. It stays the caller's.
  init(from pipe: Int32, to output: CappedOutput) {
    self.pipe = pipe
    self.output = output
    buffer = [UInt8](repeating: 0, count: Self.capacity)
  }

  /// Takes what is there.
  ///
  /// - Returns: whether there was anything.
  @discardableResult
  mutating func take() -> Bool {
    guard pipe >= 0 else { return false }
    let count = retrying { read(pipe, &buffer, buffer.count) }
    if count > 0 {
      buffer.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      return true
    }
    if count == 0 || errno != EAGAIN { pipe = -1 }
    return false
  }

  /// Takes what the command has left in the pipe, and no more: a daemon may hold the other end and
  /// print for ever.
  mutating func complete() {
    let end = output.total + Self.capacity
    while output.total < end, take() {}
    output.complete()
  }
}

/// A pipe whose ends are closed when their owner goes; the reading end does not block.
struct Pipe: ~Copyable {
  let reading: Int32
  private var writing: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    try system("make a pipe for", "the output") { pipe2(&ends, O_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    _ = fcntl(reading, F_SETPIPE_SZ, Int32(OutputPump.capacity))
  }

  /// Lends the writing end and closes it afterwards, so that only the children hold it.
  mutating func lendWriting<Value>(_ use: (Int32) throws -> Value) rethrows -> Value {
    defer {
      close(writing)
      writing = -1
    }
    return try use(writing)
  }

  deinit {
    close(reading)
    if writing >= 0 { close(writing) }
  }
}
