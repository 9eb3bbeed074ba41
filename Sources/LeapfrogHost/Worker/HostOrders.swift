import Foundation
import LeapfrogCore

/// What a host can do without a controller: recover, roll back, begin a new journal.
public struct HostOrders: Sendable {
  private let pair: Pair
  private let spec: PairSpec

  /// - Throws: `Failure` when the root is no pair.
  public init(root: String) throws {
    spec = try Pair.saved(root: root)
    pair = try Pair(root: root, name: spec.name)
  }

  private var layout: Layout { pair.layout }
  private var gate: PairGate { PairGate(layout: layout, pair: spec.name) }

  /// How the pair stands.
  public func status() throws -> PairStatus {
    try StatusReport(pair: pair, journal: Journal(layout: layout)).make()
  }

  /// Brings everything that was begun to its end, moved or as before; begins nothing new. Waits
  /// `seconds` for what is still running of an ended worker.
  ///
  /// - Returns: the releases that were recovered, the unfinished one first; none when there was nothing to do.
  public func recover(waiting seconds: Double) throws -> [ReleaseStatus] {
    let journal = try Journal(layout: layout)
    guard try !journal.openReleases().isEmpty else { return [] }
    let entrant = Entrant.local(spec.name, "recovery of \(spec.name)")
    let lock = try gate.enter(entrant, waiting: seconds)
    let first = try journal.unfinishedRelease()
    let others = try journal.openReleases().filter { $0.id != first?.id }
    return try ([first].compactMap { $0 } + others).map { open in
      // An operator who asked for an abort before the crash gets it.
      let isOvertaken = try journal.isOvertaken(open.id)
      try journal.reopen(
        open.id, obeys: !isOvertaken, asking: isOvertaken ? .halt : nil, for: entrant)
      try WorkerProcess.run(layout, lock, open.id, startsNew: false)
      return try report(open.id, journal)
    }
  }

  /// Takes sites back to the other platform.
  public func rollback(sites: [String]) throws -> ReleaseStatus {
    let journal = try Journal(layout: layout)
    var entrant = Entrant.local(spec.name, "rollback of \(spec.name)")
    // So that what another controller decided before is known to be older.
    entrant.claim.stamp = try journal.nextStamp()
    let lock = try gate.enter(entrant)
    let order = try rollbackOrder(sites, journal)
    let starter = WorkStarter(pair: pair, journal: journal)
    let release = try starter.journalled(order, for: entrant)
    try WorkerProcess.run(layout, lock, release, startsNew: true)
    return try report(release, journal)
  }

  /// Moves a damaged journal away and begins a new one from the `live/` links. What a newer leapfrog wrote is
  /// not damaged.
  ///
  /// - Returns: where the old journal is now.
  public func rebuild() throws -> String {
    let entrant = Entrant.local(spec.name, "new journal of \(spec.name)")
    let lock = try gate.take(for: entrant.claim.token)
    try Journal.refuseNewer(layout)
    try lock.sign(entrant)
    return try withExtendedLifetime(lock) {
      let kept = "\(layout.aside)/journal-\(BackupStore.newID())"
      try Files.makeDirectory(kept, mode: 0o700)
      // First: without a journal nothing is done, and with the old one an update whose job is gone would be
      // done once more.
      for suffix in ["", "-wal", "-shm"] where Files.exists(layout.journal + suffix) {
        try Files.rename(layout.journal + suffix, to: "\(kept)/journal.sqlite\(suffix)")
      }
      // The new journal's numbers begin again, and those of the old jobs are taken.
      if Files.exists(layout.jobs) { try Files.rename(layout.jobs, to: "\(kept)/jobs") }
      try Files.makeDirectory(layout.jobs, mode: 0o700)
      let journal = try Journal(layout: layout, creates: true)
      try journal.adopt(try LiveLinks(layout: layout).all())
      try journal.raiseFence(for: entrant)
      return kept
    }
  }

  private func rollbackOrder(_ sites: [String], _ journal: Journal) throws -> WorkOrder {
    let places = Set(try LiveLinks(layout: layout).all().values)
    let last = try journal.lastUpgrade()?.order.to
    guard let from = places.count == 1 ? places.first : last, places.contains(from) else {
      throw Failure.refused(
        places.isEmpty
          ? "\(spec.name) has no site to roll back"
          : "\(spec.name) has sites on both platforms, and no upgrade is known that they go back from"
      )
    }
    let header = try PlatformManifest.header(of: from.other, in: layout)
    return WorkOrder(
      kind: .rollback, spec: spec, ref: header?.ref, commit: header?.commit, to: from.other,
      sites: sites, actor: NSUserName())
  }

  private func report(_ id: Int64, _ journal: Journal) throws -> ReleaseStatus {
    guard let record = try journal.release(id) else {
      throw Failure.failed("release \(id) is gone")
    }
    return try ReleaseReport(pair: spec.name, layout: layout, journal: journal).make(record)
  }
}
