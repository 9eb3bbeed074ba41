import LeapfrogControl
import LeapfrogCore

/// Where an upgrade goes.
struct ReleaseTarget: Sendable {
  /// What is looked up in the repository.
  let ref: String
  /// What people call it.
  let name: String
  /// That of the upgrade that goes on; nil for a new one. What goes on is no newer than it was: a host that is
  /// silent now may have a newer one.
  var stamp: Int64?

  /// - Parameter name: what the ref is called, where it is a commit's id that nobody typed.
  init(_ ref: String, named name: String? = nil) { (self.ref, self.name) = (ref, name ?? ref) }

  private init?(goingOn upgrade: ReleaseStatus) {
    guard let commit = upgrade.commit else { return nil }
    (ref, name, stamp) = (commit.hex, upgrade.ref ?? commit.short, upgrade.moment)
  }

  private init(begins planned: PlannedRelease) {
    (ref, name, stamp) = (planned.commit.hex, planned.ref, planned.stamp)
  }

  /// The last upgrade that any of the hosts had, or that was planned for them and begun on none.
  private init?(last surveyed: [ReleaseSurvey.Found]) {
    let upgrade = surveyed.newestUpgrade()
    let planned = surveyed.compactMap(\.status?.planned).max { $0.stamp < $1.stamp }
    if let planned, planned.stamp > upgrade?.moment ?? .min {
      self.init(begins: planned)
    } else if let upgrade {
      self.init(goingOn: upgrade)
    } else {
      return nil
    }
  }

  /// The very commit of the last upgrade of a pair, on whichever of its hosts that was.
  ///
  /// - Parameter ref: what was asked for; nil for anything.
  /// - Throws: `Failure` where there is none, or it went elsewhere.
  init(
    continuing pair: String, to ref: String?, among surveyed: [ReleaseSurvey.Found]
  ) throws {
    guard let target = Self(last: surveyed) else {
      throw Failure.refused(
        "\(pair) has no upgrade\(ref.map { " to \($0)" } ?? "") to continue",
        remedy: "leapfrog upgrade \(pair) \(ref ?? "REF")")
    }
    guard ref == nil || ref == target.name else {
      throw Failure.refused(
        "the last upgrade of \(pair) was to \(target.name), not to \(ref ?? "")",
        remedy: "leapfrog upgrade \(pair) \(Shell.argument(target.name, or: "REF")) --continue")
    }
    self = target
  }

  /// The last upgrade of the pair where one host had no part in it; nil where it goes on with its own.
  init?(
    missedBy pair: PairConfiguration, to ref: String?, among surveyed: [ReleaseSurvey.Found]
  ) {
    guard let own = surveyed.first(where: { $0.pair.host == pair.host }),
      own.status?.free.isEmpty == false, let newest = Self(last: surveyed),
      newest.ref != own.last?.commit?.hex, ref == nil || ref == newest.name
    else { return nil }
    self = newest
  }
}
