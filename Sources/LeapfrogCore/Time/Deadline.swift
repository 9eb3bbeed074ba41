/// A moment at which waiting ends, by a clock that nobody can set.
public struct Deadline: Sendable {
  private let end: ContinuousClock.Instant

  /// The moment.
  public init(_ end: ContinuousClock.Instant) {
    self.end = end
  }

  /// So many seconds from now, thirty years at most.
  public init(seconds: some BinaryInteger) {
    self.init(seconds: Double(seconds))
  }

  /// So many seconds from now, thirty years at most.
  public init(seconds: Double) {
    end = .now + .seconds(seconds.isNaN ? 0 : min(max(0, seconds), 1e9))
  }

  /// Whether the moment has come.
  public var isOver: Bool { ContinuousClock.now >= end }

  /// What is left, as `poll` takes it: milliseconds, rounded up, 0 when it is over.
  public var milliseconds: Int32 {
    let rest = ContinuousClock.now.duration(to: end)
    guard rest > .zero else { return 0 }
    return Int32(min(rest.seconds * 1000 + 1, Double(Int32.max)))
  }

  /// The moment so much after it.
  public func later(by time: Duration) -> Deadline { Deadline(end + time) }

  /// A part of what is left, for the first of so many attempts.
  public func share(of attempts: Int) -> Deadline {
    let now = ContinuousClock.now
    return Deadline(now + now.duration(to: end) / max(1, attempts))
  }
}
