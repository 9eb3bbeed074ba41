import Foundation
import Glibc
import LeapfrogControl
import LeapfrogCore
import Synchronization

/// Standard output and standard error. Foundation's way to write ends the process when the reader is
/// gone, and `leapfrog upgrade | head` must not look like a crash.
enum Output {
  /// Writes all of it.
  ///
  /// - Throws: `Failure` when it cannot be written. A reader that went away is no failure: the work is
  ///   followed to its end all the same, for the exit status.
  static func write(_ shown: Shown, to descriptor: Int32 = 1) throws {
    // What hosts say at once stays in whole lines. Only there: a hint is said though a pager holds the rest up.
    guard descriptor == 1 else { return try put(shown, to: descriptor) }
    try standard.withLock { _ in try put(shown, to: descriptor) }
  }

  private static let standard = Mutex(())

  private static func put(_ shown: Shown, to descriptor: Int32) throws {
    var left = shown.bytes[...]
    while !left.isEmpty {
      let count = left.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count < 0 else {
        left = left.dropFirst(count)
        continue
      }
      if errno == EINTR { continue }
      if errno == EPIPE { return }
      throw Failure.failed("the output cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// Ends the process at once: at an ordinary exit OpenSSL would be taken apart under the threads of
  /// connections that still use it.
  static func end(_ status: Int32) -> Never {
    fflush(nil)
    TerminalModes.restore()
    _exit(status)
  }

  /// Writes a line to standard error, or nowhere when that is not possible.
  static func remark(_ text: String) {
    try? write(.line(Styled(text), colored: false), to: 2)
  }
}
