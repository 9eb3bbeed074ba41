import Foundation
import Glibc
import Synchronization
import Testing

/// Runs the body under a umask that no other test sees: in a thread that shares none with them.
func withUmask(_ mask: mode_t, _ body: @escaping @Sendable () throws -> Void) throws {
  typealias Unshare = @convention(c) (Int32) -> Int32
  let symbol = try #require(dlsym(dlopen(nil, RTLD_LAZY), "unshare"))
  let unshare = unsafeBitCast(symbol, to: Unshare.self)
  let cloneFS: Int32 = 0x200
  let outcome = Outcome()
  let done = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    if unshare(cloneFS) == 0 {
      umask(mask)
      outcome.value.withLock { $0 = Result { try body() } }
    }
    done.signal()
  }
  done.wait()
  try #require(outcome.value.withLock { $0 }).get()
}

private final class Outcome: Sendable {
  let value = Mutex<Result<Void, any Error>?>(nil)
}
