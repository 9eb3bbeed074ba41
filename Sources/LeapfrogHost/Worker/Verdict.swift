import LeapfrogCore

/// How a release ended, from how its migrations did.
struct Verdict {
  let release: ReleaseRecord
  let migrations: [MigrationRecord]
  /// Whether sites that were not begun could have been.
  let wasComplete: Bool
  /// Whether the worker was asked to end.
  let wasEnded: Bool
  /// How many sites moved and keep links on the platform they left.
  var seated = 0
  /// Whether other releases came since, and what was not begun is theirs.
  var isOvertaken = false
  /// Sites that are stuck by another release and were meant, too.
  var leftOut: [String] = []

  var state: ReleaseStatus.State {
    let state = stateOfOwn
    guard state == .done, !leftOut.isEmpty else { return state }
    return migrations.isEmpty ? .failed : .partly
  }

  private var stateOfOwn: ReleaseStatus.State {
    if count(.stuck) > 0 { return .stuck }
    if seated > 0 || count(.running) > 0 || (count(.waiting) > 0 && isPaused) {
      return .interrupted
    }
    if release.control == .abort {
      return count(.moved) + count(.attention) > 0 ? .partly : .aborted
    }
    if count(.moved) + count(.attention) + count(.superseded) == migrations.count { return .done }
    return count(.moved) + count(.attention) > 0 ? .partly : .failed
  }

  /// Why, where it did not end well.
  var reason: String? {
    if let stuck = migrations.first(where: { $0.state == .stuck }) { return text(stuck) }
    if let held = migrations.first(where: { $0.state == .running })?.plan.site.name {
      return "\(held) was not taken up: a command of `leapfrog exec` is running on it"
    }
    if state == .interrupted {
      return count(.waiting) > 0 ? Self.notBegun(count(.waiting)) : keepsLinks
    }
    let failed = [.back, .attention].compactMap { state in
      migrations.first { $0.state == state }
    }
    return Self.joined([failed.first.map(text), rest, stuckElsewhere])
  }

  private var stuckElsewhere: String? {
    guard let first = leftOut.first else { return nil }
    let others = leftOut.count == 1 ? "is" : "and \(leftOut.count - 1) more are"
    return "\(first) \(others) stuck by an earlier release and left out"
  }

  /// What of the sites that were not begun, and who kept them from it when their own failures did not.
  private var rest: String? {
    guard count(.waiting) > 0 else { return nil }
    let halt =
      isOvertaken
      ? "because another release came since"
      : "because the release's failures on its hosts reached max_failures"
    return Self.notBegun(count(.waiting)) + (release.control == .halt ? ", \(halt)" : "")
  }

  private static func joined(_ parts: [String?]) -> String? {
    let parts = parts.compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private var keepsLinks: String {
    let left = release.from.map { "\($0)" } ?? "the old platform"
    return
      "\(seated == 1 ? "1 site that moved keeps" : "\(seated) sites that moved keep") links on \(left)"
  }

  private static func notBegun(_ count: Int) -> String {
    count == 1 ? "1 site was not begun" : "\(count) sites were not begun"
  }

  private var isPaused: Bool { wasEnded || (!wasComplete && release.control == nil) }

  private func count(_ state: MigrationRecord.State) -> Int {
    migrations.count { $0.state == state }
  }

  private func text(_ record: MigrationRecord) -> String {
    let (site, reason) = (record.plan.site.name, record.reason?.message ?? record.state.rawValue)
    return reason.hasPrefix(site) ? reason : "\(site): \(reason)"
  }
}
