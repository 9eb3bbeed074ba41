import Glibc
import LeapfrogCore

/// The lock of a mirror: one fetch at a time, whoever asks. Let go when the last descriptor closes.
enum MirrorLock {
  /// Calls `body` with the locked file once it has the lock; throws where it does not get it before
  /// the deadline. A child that has the file as its standard output holds the lock too.
  static func with(
    path: String, until deadline: ContinuousClock.Instant, _ body: (Int32) async throws -> Void
  ) async throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Posix.failure("cannot open the lock \(path)") }
    defer { close(descriptor) }
    try await wait(for: descriptor, path: path, until: deadline)
    try await body(descriptor)
  }

  private static func wait(
    for descriptor: Int32, path: String, until deadline: ContinuousClock.Instant
  ) async throws {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw Posix.failure("cannot lock \(path)")
      }
      guard ContinuousClock.now < deadline else {
        throw Failure.failed("another fetch held the lock \(path) until the deadline")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
