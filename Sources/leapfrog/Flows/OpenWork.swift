import LeapfrogControl
import LeapfrogCore

/// The work that a host is asked to resume or to abort, and how the pair stood when that was decided.
struct OpenWork {
  let context: Context
  let pair: PairConfiguration
  /// The site whose work is meant; nil for what is under way, or else for the newest release that left a site
  /// stuck.
  let site: String?

  /// What is meant on a host.
  ///
  /// - Parameter seen: how the pair stood there; nil where it is asked now.
  /// - Returns: the release, nil for the one that is under way, and the fence that this was decided on.
  func find(_ seen: PairStatus?, on host: PairHost) async throws -> (release: Int64?, fence: Int64)
  {
    let status = if let seen { seen } else { try await host.status() }
    guard let site else { return (nil, status.fence) }
    let open = status.release.map { $0.state.isOver ? [] : [$0] } ?? []
    let all =
      status.stuckReleases.filter { $0.stuck.contains(site) }
      + open.filter { release in
        release.waiting.contains(site)
          || status.sites.contains { $0.name == site && $0.step != nil }
      }
    guard let found = all.first else {
      throw Failure.refused(
        "nothing of \(site) is under way, was interrupted or is stuck",
        remedy: "leapfrog status \(pair.spec.name)")
    }
    return (found.id, status.fence)
  }
}
