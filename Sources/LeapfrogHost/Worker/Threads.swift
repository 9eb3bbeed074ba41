import Foundation
import LeapfrogCore
import Synchronization

/// Runs a body on several threads at once and waits for all.
enum Threads {
  static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    guard count > 1 else { return count == 1 ? body() : () }
    let (group, body) = (DispatchGroup(), AbortWatch.carrying(body))
    for _ in 0..<count {
      group.enter()
      Thread.detachNewThread {
        // It throws nothing.
        try? body()
        group.leave()
      }
    }
    group.wait()
  }

  /// Runs two bodies at once and gives what both made.
  ///
  /// - Throws: the first one's error, else the second one's, when both have ended.
  static func both<One: Sendable, Other>(
    _ one: @escaping @Sendable () throws -> One, and other: () throws -> Other
  ) throws -> (One, Other) {
    let result = Mutex<Result<One, Failure>>(.failure(.failed("a thread ended early")))
    let (ended, one) = (DispatchSemaphore(value: 0), AbortWatch.carrying(one))
    Thread.detachNewThread {
      let made = Result(catching: one).mapError { Failure($0) }
      result.withLock { $0 = made }
      ended.signal()
    }
    let second = Result(catching: other)
    ended.wait()
    return (try result.withLock { $0 }.get(), try second.get())
  }
}
