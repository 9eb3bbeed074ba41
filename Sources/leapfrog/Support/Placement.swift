import LeapfrogCore

/// Where a new site belongs: with the others.
enum Placement {
  /// - Parameter option: what names the host, where the pair is on several.
  static func forNewSite(_ status: PairStatus, option: String) throws -> PlatformName {
    let used = PlatformName.allCases.filter { !status[$0].sites.isEmpty }
    if used.count == 1 { return used[0] }
    let ready = PlatformName.allCases.filter { status[$0].state == .ready }
    guard used.isEmpty, let first = ready.first else {
      throw Failure.refused(
        "\(status.name) has sites on both platforms; bring them together first",
        remedy: "leapfrog upgrade \(status.name) --continue\(option)")
    }
    return first
  }
}
