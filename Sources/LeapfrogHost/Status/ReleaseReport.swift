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
    status.stamp = record.order.stamp
    status.only = record.order.sites.isEmpty ? nil : record.order.sites
    status.attention = names(.attention)
    let moved = migrations.filter { $0.state == .moved || $0.state == .attention }
    status.express = moved.filter { $0.plan.kind == .express }.map(\.plan.site.name)
    status.next = try next(status)
    return status
  }

  /// A release that runs by the journal and has nobody who holds the lock was cut short.
  private func state(_ record: ReleaseRecord) -> ReleaseStatus.State {
    record.state == .running && !PairLock.isHeld(layout) ? .interrupted : record.state
  }

  private func next(_ release: ReleaseStatus) throws -> [String] {
    switch release.state {
    case .running: return ["leapfrog events \(pair) --follow"]
    case .interrupted: return ["leapfrog resume \(pair)", "leapfrog abort \(pair)"]
    case .stuck: return ["leapfrog doctor \(pair)", try resume(release)]
    case .partly, .failed, .aborted: return try nextAfterFailure(of: release)
    case .done where release.kind == .upgrade:
      return release.attention.map { "leapfrog rollback \(pair) --site \($0)" }
    case .done: return []
    }
  }

  /// Another release can be the one that is meant where no site is named.
  private func resume(_ release: ReleaseStatus) throws -> String {
    let isMeant = try journal.openRelease()?.id == release.id
    let site = isMeant ? nil : release.stuck.first
    return "leapfrog resume \(pair)" + (site.map { " --site \($0)" } ?? "")
  }

  private func nextAfterFailure(of release: ReleaseStatus) throws -> [String] {
    let sites = Set(release.only ?? []).sorted().map { " --site \($0)" }.joined()
    return switch release.kind {
    case .upgrade where try isDivided():
      [
        "leapfrog upgrade \(pair) \(release.ref ?? "REF") --continue\(sites)",
        "leapfrog rollback \(pair)\(sites)",
      ]
    case .rollback: ["leapfrog rollback \(pair)\(sites)"]
    case .`init` where release.state == .partly:
      release.back.map { "leapfrog site add \(pair) \($0)" }
    case .upgrade, .`init`:
      ["leapfrog \(release.kind.rawValue) \(pair) \(release.ref ?? "REF")\(sites)"]
    default: []
    }
  }

  /// Whether both platforms have sites, so that neither can be staged.
  private func isDivided() throws -> Bool {
    Set(try LiveLinks(layout: layout).all().values).count == 2
  }
}
