import LeapfrogCore

/// Code never changes under a site, nor under the way back of a stuck one: which platform may be staged, if any.
struct StagingRule {
  let layout: Layout
  let pair: String

  /// The platform to stage: the one asked for when it is idle, else the idle one.
  ///
  /// - Throws: `Failure` of kind `refused` naming the sites and the command that does it safely.
  func platform(asked: PlatformName?, ref: String) throws -> PlatformName {
    try verifyNothingUnfinished()
    let sites = try LiveLinks(layout: layout).all()
    let stuck = try Journal(layout: layout).stuckSites()
    let idle = PlatformName.allCases.filter { name in
      !sites.values.contains(name) && !stuck.contains { $0.platforms.contains(name) }
    }
    if let asked {
      if let site = stuck.first(where: { $0.platforms.contains(asked) }) {
        throw needed(asked, by: site)
      }
      guard idle.contains(asked) else { throw occupied(asked, sites, ref, hasIdle: !idle.isEmpty) }
      return asked
    }
    guard let first = idle.first else {
      guard let site = stuck.first,
        let platform = PlatformName.allCases.first(where: site.platforms.contains)
      else {
        throw try straggling(sites)
      }
      throw needed(platform, by: site)
    }
    guard idle.count == 2 else { return first }
    return try PlatformManifest.header(of: .blue, in: layout) == nil ? .blue : .green
  }

  private func verifyNothingUnfinished() throws {
    guard let open = try Journal(layout: layout).unfinishedRelease() else { return }
    throw Self.refusal(of: open, pair: pair)
  }

  /// The refusal for one who wants to begin something while a release is not finished.
  static func refusal(of open: ReleaseRecord, pair: String) -> Failure {
    let state = open.state == .stuck ? "is stuck" : "was interrupted"
    return .refused(
      "the \(Journal.title(of: open.order)) \(state): \(open.reason ?? "its worker ended early")",
      remedy: "leapfrog resume \(pair)")
  }

  /// A stuck site goes back, or on, to the code that both platforms had for it.
  private func needed(_ platform: PlatformName, by site: StuckSite) -> Failure {
    .refused(
      "the code of \(platform) is needed by \(site.name) of \(pair), which is stuck since release "
        + "\(site.release): \(site.reason)",
      remedy: "leapfrog resume \(pair)")
  }

  private func occupied(
    _ platform: PlatformName, _ sites: [String: PlatformName], _ ref: String, hasIdle: Bool
  ) -> Failure {
    let names = Self.names(sites.filter { $0.value == platform }.keys.sorted())
    return .refused(
      "\(platform) of \(pair) has sites on it (\(names)), and code never changes under a site",
      remedy: hasIdle ? "leapfrog upgrade \(pair) \(ref)" : "leapfrog status \(pair)")
  }

  private func straggling(_ sites: [String: PlatformName]) throws -> Failure {
    let parts = try PlatformName.allCases.map { name in
      let ref = try PlatformManifest.header(of: name, in: layout)?.ref ?? "no ref"
      return "\(Self.names(sites.filter { $0.value == name }.keys.sorted())) on \(name) (\(ref))"
    }
    let target = try journalTarget()
    return .refused(
      "\(pair) has no idle platform: \(parts.joined(separator: ", ")); bring the sites together first, "
        + "forward, or back with `leapfrog rollback \(pair)`",
      remedy: "leapfrog upgrade \(pair) \(target) --continue")
  }

  private func journalTarget() throws -> String {
    try Journal(layout: layout).lastUpgrade()?.order.ref ?? "REF"
  }

  /// A list that stays readable with 300 sites.
  static func names(_ sites: [String]) -> String {
    let shown = sites.prefix(10).joined(separator: ", ")
    return sites.count > 10 ? "\(shown) and \(sites.count - 10) more" : shown
  }
}
