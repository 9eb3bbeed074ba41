import CPosix
import Glibc
import LeapfrogCore
import Synchronization

/// A descriptor that several threads know, closed once: by whoever is done with it, or with its
/// last owner.
final class OpenEnd: Sendable {
  private let state: Mutex<Int32>

  init(_ number: Int32) { state = Mutex(number) }

  /// The number; -1 when it is closed.
  var number: Int32 { state.withLock { $0 } }

  func close() {
    state.withLock { number in
      if number >= 0 { _ = Glibc.close(number) }
      number = -1
    }
  }

  deinit { close() }
}

/// A pipe that is as large as the kernel lets it be.
struct DataPipe: Sendable {
  let reading: OpenEnd
  let writing: OpenEnd

  /// The size asked for, in bytes; the kernel's own limit for ordinary users.
  static let capacity = 1 << 20

  init() throws {
    var ends: [Int32] = [-1, -1]
    try system("make a pipe for", "a database's client") { pipe2(&ends, O_CLOEXEC) }
    (reading, writing) = (OpenEnd(ends[0]), OpenEnd(ends[1]))
    _ = fcntl(ends[0], F_SETPIPE_SZ, Int32(Self.capacity))
  }
}
