import Foundation
import Glibc
import LeapfrogCore

/// A nameless file for what several read at their own pace and memory should not hold.
actor Spool {
  /// Where something is in it.
  struct Place: Sendable {
    let offset: Int
    let count: Int
  }

  private let executor = QueueExecutor(label: "leapfrog.spool")
  private let file: Int32
  private var end = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init() throws {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(directory)/leapfrog-\(UUID().uuidString)"
    // Closed to other programs from the start: another thread may be starting one.
    file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Posix.failure("no temporary file can be made in \(directory)") }
    unlink(path)
  }

  deinit { close(file) }

  /// Keeps bytes.
  func keep(_ bytes: [UInt8]) throws -> Place {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(file, $0.baseAddress! + done, bytes.count - done, end + done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Posix.failure("the code cannot be kept in a temporary file") }
      done += count
    }
    defer { end += bytes.count }
    return Place(offset: end, count: bytes.count)
  }

  /// The bytes of a place.
  func read(_ place: Place) throws -> [UInt8] {
    var failure: Failure?
    let bytes = [UInt8](unsafeUninitializedCapacity: place.count) { buffer, filled in
      while filled < place.count {
        let count = pread(
          file, buffer.baseAddress! + filled, place.count - filled, place.offset + filled)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return failure = Posix.failure("the temporary file cannot be read") }
        filled += count
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
