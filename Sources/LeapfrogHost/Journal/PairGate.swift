import LeapfrogCore

/// The way to change a pair: its lock, held by one who decided on what is still true, and the fence, which
/// is raised before anything changes.
struct PairGate {
  let layout: Layout
  let pair: String

  /// Takes the lock.
  ///
  /// - Throws: `Failure` of kind `refused` when another holds it, or has changed the pair meanwhile.
  func enter(_ entrant: Entrant, waiting seconds: Double = 1) throws -> PairLock {
    let lock = try take(waiting: seconds)
    try admit(entrant, holding: lock)
    return lock
  }

  /// Takes the lock in nobody's name yet.
  func take(waiting seconds: Double) throws -> PairLock {
    guard let lock = try PairLock.take(layout, waiting: seconds) else {
      throw PairLock.refusal(layout, pair: pair)
    }
    return lock
  }

  /// Lets in who holds the lock already.
  func admit(_ entrant: Entrant, holding lock: PairLock) throws {
    try Journal(layout: layout).verify(entrant.claim, pair: pair)
    try lock.sign(entrant)
  }

  /// From here on the pair changes: what others decided before is old. Who is refused by a rule before
  /// raises nothing.
  func raise(_ entrant: Entrant) throws {
    try Journal(layout: layout).raiseFence(for: entrant, pair: pair)
  }
}
