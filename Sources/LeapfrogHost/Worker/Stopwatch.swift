import Foundation
import LeapfrogCore

/// Measures a site's downtime: from the flag that closes it to its removal.
struct Stopwatch {
  private var closed: ContinuousClock.Instant?
  private(set) var downtime: Double?

  /// `closedSince` is when an earlier worker closed the site, by the wall clock.
  init(closedSince: Date?) {
    guard let closedSince else { return }
    closed = .now - .seconds(max(0, Date().timeIntervalSince(closedSince)))
  }

  mutating func willPerform(_ step: StepName) {
    if step == .close, closed == nil { closed = .now }
  }

  mutating func didPerform(_ step: StepName) {
    if step == .open { stop() }
  }

  mutating func didUndo(_ step: StepName) {
    if step == .close { stop() }
  }

  private mutating func stop() {
    guard let closed else { return }
    downtime = Self.seconds(since: closed)
    self.closed = nil
  }

  /// The seconds since an instant, to the millisecond.
  static func seconds(since instant: ContinuousClock.Instant) -> Double {
    (instant.age * 1000).rounded(.down) / 1000
  }
}
