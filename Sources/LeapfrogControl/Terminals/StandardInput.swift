import Glibc

/// Reads standard input on a thread of its own.
actor StandardInput {
  private let executor = QueueExecutor(label: "leapfrog.input")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// The next bytes; nil at the end.
  func next() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 32 << 10)
    while true {
      let count = read(0, &bytes, bytes.count)
      if count < 0 && errno == EINTR { continue }
      return count > 0 ? Array(bytes[..<count]) : nil
    }
  }
}
