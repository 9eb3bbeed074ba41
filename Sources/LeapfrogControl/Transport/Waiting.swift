import LeapfrogCore
import Synchronization

/// Waits for something no longer than it may take.
public enum Waiting {
  /// What the body gives, or a failure when it takes longer; the body is left to its own then, since what
  /// it waits for may never end.
  ///
  /// - Parameter late: the failure.
  public static func within<Value: Sendable>(
    _ seconds: Double, late: Failure, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let once = Once(continuation)
      Task {
        do { once.resume(.success(try await body())) } catch { once.resume(.failure(error)) }
      }
      Task {
        try await pass(seconds)
        once.resume(.failure(late))
      }
    }
  }

  /// Waits for so many seconds in which this process runs. Whoever is stopped, or sleeps with the machine,
  /// has not waited for anybody.
  static func pass(_ seconds: Double) async throws {
    var left = seconds
    while left > 0 {
      let piece = min(left, 1)
      try await Task.sleep(for: .seconds(piece))
      left -= piece
    }
  }

  /// A continuation that takes the first answer.
  private final class Once<Value: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
      waiting = Mutex(continuation)
    }

    func resume(_ result: Result<Value, any Error>) {
      let continuation = waiting.withLock { waiting in
        defer { waiting = nil }
        return waiting
      }
      continuation?.resume(with: result)
    }
  }
}
