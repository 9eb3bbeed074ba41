import LeapfrogControl
import LeapfrogCore

/// What an upgrade would do, asked of repository and host; changes nothing.
struct Planning {
  let context: Context
  let pair: PairConfiguration
  let code: ReleaseCode

  func plan(_ ref: String, on host: PairHost) async throws -> ReleasePlan {
    let survey = try await host.survey()
    let code = try await self.code.fetched(for: ref)
    let resolved = try await code.resolve(ref)
    let status = survey.status
    let target = Self.target(resolved.commit, status)
    let source = target.map { status[$0.other] } ?? status[.blue]
    let commits = try await code.commits(from: source.commit, to: resolved.commit, limit: 20)
    let left = try await left(source.commit, resolved.commit, code)
    let changes = try await code.changes(from: source.commit, to: resolved.commit)
    let change = try await code.change(
      from: source.commit, to: resolved.commit, patterns: pair.profile.updates)
    let sites = sites(survey, target, change)
    return ReleasePlan(
      pair: pair.spec.name, host: pair.host, ref: ref, commit: resolved.commit, platform: target,
      from: source.ref, fromCommit: source.commit,
      commits: .init(
        count: commits.count, left: left,
        first: commits.first.map { "\($0.id.short) \($0.subject)" }),
      files: .init(
        written: changes.count { $0.mode != nil }, removed: changes.count { $0.mode == nil },
        updating: change?.updates ?? []),
      sites: sites, space: .init(needed: Self.space(sites), free: survey.freeBytes),
      refusal: refusal(status, target), notes: pair.spec.unaskedPages.map { [$0] } ?? [],
      next: next(status, target, ref))
  }

  /// How many commits the sites have now and would not have any more.
  private func left(_ old: ObjectID?, _ new: ObjectID, _ code: CodeReader) async throws -> Int {
    guard let old, try await code.holds(old) else { return 0 }
    return try await code.commits(from: new, to: old, limit: 0).count
  }

  /// Where the ref goes: where it is already with sites on it, else the idle platform.
  private static func target(_ commit: ObjectID, _ status: PairStatus) -> PlatformName? {
    let there = PlatformName.allCases.first {
      status[$0].commit == commit && (!status[$0].sites.isEmpty || status.isNeeded($0))
    }
    return there ?? status.free.first
  }

  private func sites(_ survey: Survey, _ target: PlatformName?, _ change: CodeChange?)
    -> [ReleasePlan.Site]
  {
    let places = survey.status.sites.reduce(into: [String: PlatformName]()) {
      $0[$1.name] = $1.platform
    }
    let facts = survey.sites.reduce(into: [String: Survey.Site]()) { $0[$1.name] = $1 }
    return pair.spec.sitesInOrder.map { site in
      let place = places[site.name]
      var planned = ReleasePlan.Site(
        name: site.name, platform: place, action: place == nil ? .notSeated : .stay,
        databaseBytes: facts[site.name]?.databaseBytes ?? 0)
      if place != nil, let target, place != target {
        move(&planned, site, change, lastDowntime: facts[site.name]?.lastDowntime)
      }
      return planned
    }
  }

  private func move(
    _ planned: inout ReleasePlan.Site, _ site: SiteSpec, _ change: CodeChange?,
    lastDowntime: Double?
  ) {
    let obstacle = ExpressRuling(of: site, in: pair.spec, change: change).obstacle
    planned.action = .move
    planned.express = obstacle == nil
    planned.why =
      ExpressText(
        app: pair.spec.app, hasPatterns: pair.profile.updates != nil, obstacle: obstacle,
        asksTheApp: !site.commands.pending.isNone
      ).line
    planned.steps = (obstacle == nil ? MigrationKind.express : .upgrade).steps()
    planned.estimatedDowntime = obstacle == nil ? 0 : lastDowntime
  }

  /// Each site that is closed needs its database twice in its turn; what it kept for good is one copy.
  private static func space(_ sites: [ReleasePlan.Site]) -> Int64 {
    let sizes = sites.filter { $0.express != true }.map(\.databaseBytes)
    return sizes.reduce(0, +) + (sizes.max() ?? 0)
  }

  private func refusal(_ status: PairStatus, _ target: PlatformName?) -> String? {
    if let release = status.release, Self.isBusy(status) {
      return "the \(release.kind.rawValue) of \(status.name) is \(release.state.rawValue)"
    }
    if let refusal = context.readiness(pair, status).refusal { return refusal.message }
    guard target == nil else { return nil }
    if let refusal = context.stuck(pair, status) { return refusal.message }
    return "\(status.name) has no idle platform: sites are on both"
  }

  private static func isBusy(_ status: PairStatus) -> Bool {
    status.release.map { !$0.state.isOver } ?? false
  }

  private func next(_ status: PairStatus, _ target: PlatformName?, _ ref: String) -> [String] {
    let readiness = context.readiness(pair, status).refusal
    if !Self.isBusy(status), let remedy = readiness?.remedy { return [remedy] }
    if refusal(status, target) != nil {
      return (status.stuckReleases.first ?? status.release)?.next ?? status.waysTogether
    }
    let isContinued = target.map { !status[$0].sites.isEmpty } ?? false
    if isContinued, let target, status[target.other].sites.isEmpty { return [] }
    return ["leapfrog upgrade \(status.name) \(ref)\(isContinued ? " --continue" : "")"]
  }
}
