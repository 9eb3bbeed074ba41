/// A moment after which nobody waits any more.
struct TimeLimit: Sendable {
  private var end: ContinuousClock.Instant

  /// - Parameter seconds: from now on.
  init(seconds: Double) { end = .now + .seconds(seconds) }

  /// The moment so much after it.
  func later(by time: Duration) -> TimeLimit {
    var limit = self
    limit.end += time
    return limit
  }

  /// Whether it has passed.
  var isOver: Bool { end <= .now }

  /// Milliseconds left, at least 1 until it has passed, as `poll` takes them.
  var milliseconds: Int32 {
    guard !isOver else { return 0 }
    let parts = ContinuousClock.now.duration(to: end).components
    let left = Double(parts.seconds) * 1000 + Double(parts.attoseconds) / 1e15
    return Int32(min(max(1, left.rounded(.up)), 1e9))
  }
}
