import LeapfrogControl
import LeapfrogCore

/// What one of several hosts would refuse, none begins.
struct SpreadRule {
  let context: Context
  /// How the pair stands on each; one that does not answer is told later.
  let surveyed: [ReleaseSurvey.Found]

  /// Asked before the repository is.
  func verify(_ ref: String?, _ sites: [String]) throws {
    for found in surveyed {
      if let release = found.status?.release { try verify(release, ref, found.pair) }
      guard let refusal = refusal(of: found, sites) else { continue }
      throw Failure(.refused, "on \(found.pair.host): \(refusal.message)", remedy: refusal.remedy)
    }
  }

  private func refusal(of found: ReleaseSurvey.Found, _ sites: [String]) -> Failure? {
    guard let status = found.status, sites.isEmpty else { return found.refusal }
    return context.readiness(found.pair, status).refusal
  }

  private func verify(_ release: ReleaseStatus, _ ref: String?, _ pair: PairConfiguration) throws {
    let isSame =
      release.kind == .upgrade && release.state == .running && (ref == nil || release.ref == ref)
    guard ![.failed, .partly, .stuck].contains(release.state), !isSame else { return }
    let name = pair.spec.name
    throw Failure.refused(
      "the \(release.kind.rawValue) of \(name) on \(pair.host) is \(release.state.rawValue)",
      remedy: "leapfrog status \(name)")
  }

  /// Asked once the commit is known.
  func verify(_ commit: ObjectID, _ ref: String, _ sites: [String], continues: Bool) throws {
    for found in surveyed {
      guard let status = found.status else { continue }
      if let release = status.release, release.state == .running {
        try context.verify(release, goesTo: commit, called: ref, of: found.pair)
        try context.verify(
          release, isFor: sites.filter { found.pair.spec.site($0) != nil }, status, of: found.pair)
      } else if !continues, let refusal = context.division(found.pair, status, without: commit) {
        throw refusal
      }
    }
  }
}
