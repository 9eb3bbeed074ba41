import Foundation
import LeapfrogCore
import Synchronization

/// Ends the processes that a step has started when an operator aborts the step: a thread that waits for one of
/// them, or for its output, goes on at once. Steps on the way back have no such watch, so that nothing ends what
/// brings a site back.
final class AbortWatch: Sendable {
  /// The watch of the step that this thread works for; nil where nothing ends its processes.
  @TaskLocal static var current: AbortWatch?

  private let isAborted: @Sendable () -> Bool
  private let state = Mutex(State())
  private let isOver = DispatchSemaphore(value: 0)

  private struct State {
    var children: [Member] = []
    var isWatching = false
    var isAborted = false
  }

  private struct Member { weak var child: Child? }

  /// Between two looks whether there is an abort.
  static let pause = DispatchTimeInterval.milliseconds(500)

  private init(_ isAborted: @escaping @Sendable () -> Bool) { self.isAborted = isAborted }

  /// Runs a body whose processes are ended when there is an abort; `isAborted` is asked on another thread.
  static func run<Value>(
    _ isAborted: @escaping @Sendable () -> Bool, _ body: () throws -> Value
  ) rethrows -> Value {
    let watch = AbortWatch(isAborted)
    defer { watch.isOver.signal() }
    return try $current.withValue(watch, operation: body)
  }

  /// A body for another thread that works for the same step.
  static func carrying<Value>(
    _ body: @escaping @Sendable () throws -> Value
  ) -> @Sendable () throws -> Value {
    let watch = current
    return { try $current.withValue(watch, operation: body) }
  }

  /// - Throws: `Failure` when the step was aborted.
  static func verify() throws { if current?.isAborted() == true { throw Failure.aborted } }

  /// Watches over a process; one that starts after the abort is ended at once.
  func add(_ child: Child) {
    let (isAborted, isWatching) = state.withLock { state in
      state.children.removeAll { $0.child == nil }
      state.children.append(Member(child: child))
      defer { state.isWatching = true }
      return (state.isAborted, state.isWatching)
    }
    if isAborted { child.end() }
    if !isWatching { Thread.detachNewThread { [self] in watch() } }
  }

  private func watch() {
    while isOver.wait(timeout: .now() + Self.pause) == .timedOut {
      guard isAborted() else { continue }
      let children = state.withLock { state in
        state.isAborted = true
        return state.children.compactMap(\.child)
      }
      return children.forEach { $0.end() }
    }
  }
}
