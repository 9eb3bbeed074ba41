/// A moment at which waiting ends, by a clock that nobody can set.
struct Deadline: Sendable {
  private let end: ContinuousClock.Instant

  init(_ end: ContinuousClock.Instant) {
    self.end = end
  }

  /// So many seconds from now, thirty years at most.
  init(seconds: some BinaryInteger) {
    self.init(seconds: Double(seconds))
  }

  /// So many seconds from now, thirty years at most.
  init(seconds: Double) {
    end = .now + .seconds(seconds.isNaN ? 0 : min(max(0, seconds), 1e9))
  }

  /// Whether the moment has come.
  var isOver: Bool { ContinuousClock.now >= end }

  /// What is left, as `poll` takes it: milliseconds, rounded up, 0 when it is over.
  var milliseconds: Int32 {
    let rest = ContinuousClock.now.duration(to: end)
    guard rest > .zero else { return 0 }
    let (seconds, attoseconds) = rest.components
    guard seconds < Int64(Int32.max / 1000) - 1 else { return .max }
    return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
  }

  /// A part of what is left, for the first of so many attempts.
  func share(of attempts: Int) -> Deadline {
    let now = ContinuousClock.now
    return Deadline(now + now.duration(to: end) / max(1, attempts))
  }
}
