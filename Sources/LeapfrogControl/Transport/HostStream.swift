import Glibc

/// A two-way stream of bytes to the `leapfrog-host` of a host.
protocol HostStream: Sendable {
  /// The next bytes; nil at the end.
  ///
  /// - Throws: `LinkLost` when it broke before the end.
  func read() async throws -> [UInt8]?

  /// Writes all bytes, or ends with `LinkLost`.
  func write(_ bytes: [UInt8]) async throws

  /// Gives it up; whoever reads is told that it ended.
  func close() async

  /// Why it ended, after it did, where that is known.
  func reasonOfEnd() async -> String?
}

/// Reads a descriptor on a thread of its own.
actor DescriptorReader {
  private let executor = QueueExecutor(label: "leapfrog.reader")
  private let source: Socket

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ source: Socket) { self.source = source }

  /// The next bytes; nil at the end.
  func read() -> [UInt8]? {
    var count = 0
    while true {
      let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, length in
        count = Glibc.read(source.number, buffer.baseAddress, buffer.count)
        length = max(0, count)
      }
      if count > 0 { return bytes }
      guard count < 0, errno == EINTR || errno == EAGAIN else { return nil }
      _ = source.wait(reading: true, writing: false, milliseconds: -1)
    }
  }
}

/// Writes to a descriptor on a thread of its own.
actor DescriptorWriter {
  private let executor = QueueExecutor(label: "leapfrog.writer")
  private let target: Socket

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ target: Socket) { self.target = target }

  /// Writes all; says whether that was possible.
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(target.number, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
        continue
      }
      guard count < 0, errno == EINTR || errno == EAGAIN else { return false }
      _ = target.wait(reading: false, writing: true, milliseconds: -1)
    }
    return true
  }
}

extension HostStream {
  /// Closes the stream when so many seconds have passed, unless it is cancelled before.
  func closing(after seconds: Double) -> Task<Void, any Error> {
    Task {
      try await Waiting.pass(seconds)
      await close()
    }
  }
}
