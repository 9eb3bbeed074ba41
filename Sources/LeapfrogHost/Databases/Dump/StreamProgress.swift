import LeapfrogCore
import Synchronization

/// How many bytes have passed, as the one who watches for a standstill asks it.
final class StreamProgress: Sendable {
  private let passed = Atomic<Int>(0)

  func add(_ count: Int) { passed.wrappingAdd(count, ordering: .relaxed) }

  var bytes: Int { passed.load(ordering: .relaxed) }

  /// Waits until all are at their end.
  ///
  /// - Returns: false when nothing had passed for so many seconds.
  func watch(patience: Int, until hasEnded: () -> Bool) -> Bool {
    var (last, since) = (bytes, SuspendingClock.now)
    while !hasEnded() {
      let now = bytes
      if now != last { (last, since) = (now, SuspendingClock.now) }
      if SuspendingClock.now - since >= .seconds(patience) { return false }
    }
    return true
  }
}
