import Glibc

/// The time that requests under way are given to end on a platform that a site was taken from: it
/// keeps the site's links for them.
struct Grace {
  let seconds: Int

  /// Waits until so long after the flip, now where that is not known; less where `isEnded` says so.
  ///
  /// - Returns: whether the whole time has passed.
  @discardableResult
  func wait(
    after flip: ContinuousClock.Instant = .now, unless isEnded: () -> Bool = { false }
  ) -> Bool {
    let end = flip + .seconds(max(0, seconds))
    while ContinuousClock.now < end {
      if isEnded() { return false }
      usleep(20_000)
    }
    return true
  }
}
