import LeapfrogCore

/// The `live/` links: which platform serves a site. Renaming one link flips the site and its domains.
struct LiveLinks: Sendable {
  let layout: Layout

  /// The platform that serves a site; nil for a site that is not seated.
  ///
  /// - Throws: `Failure` when something else than such a link is there.
  func platform(of site: String) throws -> PlatformName? {
    let path = layout.live(site)
    guard let status = try FileStatus.look(path) else { return nil }
    guard status.kind == .link, let target = Files.target(ofLink: path),
      let platform = PlatformName.allCases.first(where: { target == Self.target($0) })
    else {
      throw Failure.stuck("\(path) is not a link to ../blue or ../green; put the right link back")
    }
    return platform
  }

  /// Every seated site with its platform.
  func all() throws -> [String: PlatformName] {
    var places: [String: PlatformName] = [:]
    for site in try Files.names(in: layout.live) where Names.fault(inDomain: site) == nil {
      places[site] = try platform(of: site)
    }
    return places
  }

  /// The sites on a platform, sorted.
  func sites(on platform: PlatformName) throws -> [String] {
    try all().filter { $0.value == platform }.keys.sorted()
  }

  /// Points a site at a platform, or at none: the switch.
  func flip(_ site: String, to platform: PlatformName?) throws {
    let path = layout.live(site)
    guard let platform else {
      return try Failpoint.around("flip.remove") { try Files.removeForGood(path) }
    }
    try Files.prepareLink(path, target: Self.target(platform))
    try Failpoint.around("flip.rename") {
      try Files.rename(Files.temporaryName(path), to: path)
    }
  }

  private static func target(_ platform: PlatformName) -> String { "../\(platform.rawValue)" }
}
