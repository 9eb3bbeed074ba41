import LeapfrogControl
import LeapfrogCore

/// What a release on several hosts was decided on. It is decided once: a host that has changed since, or has
/// heard of a later decision, refuses what follows from it, however much later its turn comes.
struct Decision: Sendable {
  /// When it was decided; later than all that was seen on the hosts.
  let stamp: Int64
  /// The number of each host's fence; none of a host that did not answer.
  let fences: [String: Int64]

  init(stamp: Int64, on surveyed: [ReleaseSurvey.Found]) {
    self.stamp = stamp
    fences = surveyed.reduce(into: [:]) { $0[$1.pair.host] = $1.status?.fence }
  }
}

extension Context {
  /// What an order to a host is based on.
  ///
  /// - Parameter status: how the pair stands there now, which counts where nothing was decided before. A host
  ///   that did not answer then takes the order only if it has heard of nothing later than the release.
  func basis(_ pair: PairConfiguration, _ status: PairStatus?) -> Basis {
    guard let decision else {
      return Basis(fence: status?.fence, stamp: Self.stamp(stamp, after: status?.decided))
    }
    guard let fence = decision.fences[pair.host] else {
      return Basis(fence: status?.fence, stamp: stamp)
    }
    return Basis(fence: fence, stamp: decision.stamp)
  }

  /// A stamp that is later than another.
  static func stamp(_ own: Int64, after last: Int64?) -> Int64 {
    guard let last else { return own }
    return max(own, last < .max ? last + 1 : last)
  }

  /// Says that what is decided now takes the place of what another controller has planned and not begun.
  func tell(replacing planned: PlannedRelease?, by commit: ObjectID) {
    guard let planned, planned.commit != commit else { return }
    console.note(
      "this replaces the upgrade to \(planned.ref), planned by \(planned.actor) at "
        + "\(Formats.moment(planned.time)), which had not begun here")
  }
}
