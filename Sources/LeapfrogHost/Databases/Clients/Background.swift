import Foundation
import Glibc
import LeapfrogCore
import Synchronization

/// A body that runs on a thread of its own, and what came of it.
final class Background<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, Failure>?>(nil)
  private let group = DispatchGroup()

  init(_ body: @escaping @Sendable () throws -> Value) {
    group.enter()
    let body = AbortWatch.carrying(body)
    Thread.detachNewThread { [self] in
      Self.blockSIGPIPE()
      let made = Result(catching: body).mapError { Failure($0) }
      result.withLock { $0 = made }
      group.leave()
    }
  }

  /// Whether it has ended; waits for that, but not longer.
  func hasEnded(within seconds: Double = 0) -> Bool {
    group.wait(timeout: .now() + seconds) == .success
  }

  /// What came of it; waits for its end.
  func outcome() -> Result<Value, Failure> {
    group.wait()
    return result.withLock { $0 } ?? .failure(.failed("a thread ended early"))
  }

  /// A reader that has gone is told by the error of the write alone.
  private static func blockSIGPIPE() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
