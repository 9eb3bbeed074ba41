import LeapfrogCore

/// The way to change a pair: its lock, held by one who decided on what is still true. The fence is raised
/// later, with the change: who is refused by a rule before that disturbs nobody.
struct PairGate {
  let layout: Layout
  let pair: String

  /// Takes the lock.
  ///
  /// - Throws: `Failure` of kind `refused` when another holds it, or has changed the pair meanwhile.
  func enter(_ entrant: Entrant, waiting seconds: Double = 1) throws -> PairLock {
    let lock = try take(for: entrant.claim.token, waiting: seconds)
    try admit(entrant, holding: lock)
    return lock
  }

  /// Takes the lock in nobody's name yet.
  func take(for token: String, waiting seconds: Double = 1) throws -> PairLock {
    guard let lock = try takeIfFree(for: token, waiting: seconds) else {
      throw PairLock.refusal(layout, pair: pair)
    }
    return lock
  }

  /// Takes the lock; nil when another holds it. A session of the same run is no other: its controller
  /// came back on a new link, and the old one hangs.
  func takeIfFree(for token: String, waiting seconds: Double = 1) throws -> PairLock? {
    if let lock = try PairLock.take(layout) { return lock }
    if let old = PairLock.holder(layout), old.isSession, old.token == token {
      old.process?.end(after: 2)
    }
    return try PairLock.take(layout, waiting: seconds)
  }

  /// Lets in who holds the lock already; from here on the journal is of this program's version. `isSession` says that the lock is kept for the next request.
  func admit(_ entrant: Entrant, holding lock: PairLock, isSession: Bool = false) throws {
    let journal = try Journal(layout: layout)
    try journal.verify(entrant.claim, pair: pair)
    try journal.migrate(holding: lock)
    try lock.sign(entrant, isSession: isSession)
  }
}
