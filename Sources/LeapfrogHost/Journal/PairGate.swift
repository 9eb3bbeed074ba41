import LeapfrogCore

/// The way to change a pair: its lock, with the fence raised under it and the name of who holds it.
struct PairGate {
  let layout: Layout
  let pair: String

  /// Takes the lock.
  ///
  /// - Throws: `Failure` of kind `refused` when another holds it, or has changed the pair meanwhile.
  func enter(_ entrant: Entrant, waiting seconds: Double = 1) throws -> PairLock {
    let lock = try take(waiting: seconds)
    try pass(entrant, holding: lock)
    return lock
  }

  /// Takes the lock and leaves the fence as it is.
  func take(waiting seconds: Double) throws -> PairLock {
    guard let lock = try PairLock.take(layout, waiting: seconds) else {
      throw PairLock.refusal(layout, pair: pair)
    }
    return lock
  }

  /// Does the same with a lock that is held already.
  func pass(_ entrant: Entrant, holding lock: PairLock) throws {
    try Journal(layout: layout).raiseFence(for: entrant, pair: pair)
    try lock.sign(entrant)
  }
}
