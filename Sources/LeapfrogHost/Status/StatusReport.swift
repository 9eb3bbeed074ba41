import Foundation
import LeapfrogCore

/// Puts together how a pair stands, from the links, the manifests and the journal.
struct StatusReport {
  let pair: Pair
  let journal: Journal
  /// The sites that the controller's configuration has; nil where it does not matter.
  var configured: Set<String>?

  private var layout: Layout { pair.layout }

  func make() throws -> PairStatus {
    // First: what changes while the rest is looked at raises it, and then it is not the newest.
    let fence = try journal.fence()
    let places = try LiveLinks(layout: layout).all()
    let release = try relevantRelease()
    var status = PairStatus(
      name: pair.name, root: layout.root, platforms: try platforms(places),
      sites: try sites(places, release), release: release)
    status.fence = fence
    status.decided = try journal.decided()
    status.planned = try journal.planned()
    status.stuck = try otherStuck(than: release)
    return status
  }

  private func platforms(_ places: [String: PlatformName]) throws -> [String: PlatformStatus] {
    try PlatformName.allCases.reduce(into: [:]) { result, name in
      let header = try PlatformManifest.header(of: name, in: layout)
      result[name.rawValue] = PlatformStatus(
        ref: header?.ref, commit: header?.commit,
        sites: places.filter { $0.value == name }.keys.sorted(), state: header?.state ?? .empty)
    }
  }

  /// The release under way, or the last one where it left something to do.
  private func relevantRelease() throws -> ReleaseStatus? {
    let report = ReleaseReport(pair: pair.name, layout: layout, journal: journal)
    if let unfinished = try journal.unfinishedRelease() { return try report.make(unfinished) }
    let last = try journal.releases(limit: 1).first
    if let last, last.state == .partly || last.state == .failed { return try report.make(last) }
    return try journal.openRelease().map(report.make)
  }

  private func otherStuck(than release: ReleaseStatus?) throws -> [ReleaseStatus]? {
    let report = ReleaseReport(pair: pair.name, layout: layout, journal: journal)
    let others = try journal.openReleases().filter { $0.state == .stuck && $0.id != release?.id }
    return others.isEmpty ? nil : try others.map(report.make)
  }

  private func sites(_ places: [String: PlatformName], _ release: ReleaseStatus?) throws
    -> [SiteStatus]
  {
    let last = try journal.lastMigrations().reduce(into: [:]) { $0[$1.plan.site.name] = $1 }
    let open = Set(release?.stuck ?? []).union(last.filter { $0.value.state.isOpen }.keys)
    let names = Set(places.keys).union(open).union(
      release?.state == .running ? release?.waiting ?? [] : [])
    return try names.sorted().map {
      try site($0, places[$0], last[$0], release)
    }
  }

  private func site(
    _ name: String, _ platform: PlatformName?, _ last: MigrationRecord?, _ release: ReleaseStatus?
  ) throws -> SiteStatus {
    var status = SiteStatus(name: name, platform: platform, state: .serving)
    switch last?.state {
    case .stuck: status.state = .stuck
    case .running:
      status.state = Maintenance(layout: layout).isOn(name) ? .maintenance : .serving
      status.step = try last.flatMap { try journal.marks(of: $0.id).last?.step }
    case .back where last?.release == release?.id: status.state = .back
    case .attention: status.state = .attention
    case .back, .moved, .waiting, .superseded, nil: status.state = .serving
    }
    if status.state == .serving, status.step == nil, release?.state.isOver == false,
      release?.waiting.contains(name) == true
    {
      status.state = .waiting
    }
    // The reason of an earlier release says nothing of a site that waits in this one.
    if status.state != .serving, status.state != .waiting { status.reason = last?.reason?.message }
    if let configured, platform != nil, !configured.contains(name) {
      status.added = try journal.origin(of: name)
    }
    return flagged(status, last)
  }

  /// A flag that no migration explains is shown as what it is: the site is closed.
  private func flagged(_ status: SiteStatus, _ last: MigrationRecord?) -> SiteStatus {
    let flags = Maintenance(layout: layout)
    guard last?.state.isOpen != true, flags.isOn(status.name) else { return status }
    var closed = status
    closed.state = .maintenance
    closed.reason = flags.reason(status.name)?.text ?? "the flag was put there by hand"
    return closed
  }
}
