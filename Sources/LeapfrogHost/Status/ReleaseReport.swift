import LeapfrogCore

/// One release as status, history and followers show it, with what to type next.
struct ReleaseReport {
  let pair: String
  let layout: Layout
  let journal: Journal

  func make(_ record: ReleaseRecord) throws -> ReleaseStatus {
    let migrations = try journal.migrations(of: record.id)
    func names(_ states: MigrationRecord.State...) -> [String] {
      migrations.filter { states.contains($0.state) }.map(\.plan.site.name)
    }
    var status = ReleaseStatus(
      id: record.id, kind: record.order.kind, ref: record.order.ref, commit: record.order.commit,
      from: record.from, to: record.order.to, state: state(record), actor: record.order.actor,
      started: record.started, finished: record.finished, moved: names(.moved, .attention),
      back: names(.back), stuck: names(.stuck), waiting: names(.waiting), reason: record.reason,
      downtime: migrations.compactMap(\.downtime).reduce(0, +))
    status.attention = names(.attention)
    status.next = next(status)
    return status
  }

  /// A release that runs by the journal and has nobody who holds the lock was cut short.
  private func state(_ record: ReleaseRecord) -> ReleaseStatus.State {
    record.state == .running && !PairLock.isHeld(layout) ? .interrupted : record.state
  }

  private func next(_ release: ReleaseStatus) -> [String] {
    switch release.state {
    case .running: ["leapfrog events \(pair) --follow"]
    case .interrupted: ["leapfrog resume \(pair)", "leapfrog abort \(pair)"]
    case .stuck: ["leapfrog doctor \(pair)", "leapfrog resume \(pair)"]
    case .partly where release.kind == .upgrade:
      ["leapfrog upgrade \(pair) \(release.ref ?? "REF") --continue", "leapfrog rollback \(pair)"]
    case .partly where release.kind == .rollback: ["leapfrog rollback \(pair)"]
    case .partly where release.kind == .`init`: ["leapfrog site add \(pair) SITE"]
    case .failed where release.kind == .upgrade || release.kind == .`init`:
      ["leapfrog \(release.kind.rawValue) \(pair) \(release.ref ?? "REF")"]
    case .done, .partly, .failed, .aborted: []
    }
  }
}
