import LeapfrogControl
import LeapfrogCore

/// One release of a pair on several hosts: one commit, read once; the host of the canaries first, the others
/// side by side; one number of failures for all.
struct SpreadRelease: Sendable {
  let context: Context
  let members: [PairConfiguration]

  private var name: String { members[0].spec.name }
  private var isSpread: Bool { members.count > 1 }
  private var single: Releasing { Releasing(context: context, pair: members[0]) }

  func initialize(_ ref: String) async throws -> Int32 {
    guard isSpread else { return try await single.initialize(ref) }
    let members = try await ReleaseSurvey(context: context, members: members).membersToMake()
    let (code, commit) = try await resolved(ref)
    return try await Spreading(context: context, members: members).run("init at \(ref)") {
      context, pair in
      try await Releasing(context: context, pair: pair, code: code)
        .initialize(commit.hex, named: ref)
    }
  }

  func stageOnly(_ ref: String?, platform: PlatformName?) async throws -> Int32 {
    guard isSpread else { return try await single.stageOnly(ref, platform: platform) }
    let code = ReleaseCode(context: context, pair: members[0], isShared: true)
    let reader = try await code.fetched(for: ref)
    let commit = if let ref { try await reader.resolve(ref).commit.hex } else { String?.none }
    let surveyed = await ReleaseSurvey(context: context, members: members)
      .look(within: ReleaseSurvey.hurry)
    for found in surveyed { await found.link?.close() }
    var context = context
    context.stamp = Self.stamp(of: context, after: surveyed)
    context.decision = Decision(stamp: context.stamp, on: surveyed)
    return try await Spreading(context: context, members: members)
      .run("stage\(ref.map { " of \($0)" } ?? "")") { context, pair in
        try await Releasing(context: context, pair: pair, code: code)
          .stageOnly(commit, named: ref, platform: platform)
      }
  }

  /// - Parameter ref: nil for that of the last upgrade, with `continues`.
  func upgrade(_ ref: String?, sites: [String], continues: Bool, express: Bool) async throws
    -> Int32
  {
    guard isSpread else { return try await alone(ref, sites, continues, express) }
    let (asked, all) = try await survey(within: continues ? nil : ReleaseSurvey.hurry)
    // A host that has no site yet, or none any more, has no part in it.
    let own = asked.contains { !$0.isBare } ? asked.filter { !$0.isBare } : asked
    let rule = SpreadRule(context: context, surveyed: own)
    try rule.verify(ref, sites)
    let target =
      continues
      ? try ReleaseTarget(continuing: name, to: ref, among: all) : ReleaseTarget(ref ?? "")
    let (code, commit) = try await resolved(target.ref)
    try rule.verify(commit, target.name, sites, continues: continues)
    var context = context
    let now = Self.stamp(of: context, after: all)
    context.decision = Decision(stamp: now, on: own)
    context.stamp = target.stamp ?? now
    let plan = Announcement(
      context: context, surveyed: own, commit: commit, ref: target.name, sites: sites)
    StopPoint.pass("surveyed")
    try await plan.make()
    StopPoint.pass("planned")
    let moved: Result<Int32, any Error>
    do {
      let target = ReleaseTarget(commit.hex, named: target.name)
      moved = .success(try await move(to: target, code, after: own, context, sites, express))
    } catch { moved = .failure(error) }
    await plan.withdraw()
    return try moved.get()
  }

  private func move(
    to target: ReleaseTarget, _ code: ReleaseCode, after surveyed: [ReleaseSurvey.Found],
    _ context: Context, _ sites: [String], _ express: Bool
  ) async throws -> Int32 {
    let members = members.filter { pair in surveyed.contains { $0.pair.host == pair.host } }
    var context = context
    context.budget = FailureBudget(members[0].spec.maxFailures, of: members, context)
    let release = Spreading(context: context, members: members)
    return try await release.run("upgrade to \(target.name)", first: members[0].canaryHosts) {
      context, pair in
      let link = surveyed.first { $0.pair.host == pair.host }?.link
      return try await Releasing(context: context, pair: pair, code: code, link: link).upgrade(
        target.ref, named: target.name, sites: sites.filter { pair.spec.site($0) != nil },
        continues: false, express: express)
    }
  }

  // MARK: One host of several

  /// Goes on with the last upgrade of the pair where the only host that is meant missed it.
  private func alone(_ ref: String?, _ sites: [String], _ continues: Bool, _ express: Bool)
    async throws -> Int32
  {
    let pair = members[0]
    guard continues, context.isSpread(pair) else {
      return try await Releasing(context: laterThanOthers(), pair: pair)
        .upgrade(ref, sites: sites, continues: continues, express: express)
    }
    let (own, all) = try await survey(within: nil)
    var context = context
    let target = ReleaseTarget(missedBy: pair, to: ref, among: all)
    if let stamp = target?.stamp {
      context.decision = Decision(stamp: Self.stamp(of: context, after: all), on: own)
      context.stamp = stamp
    }
    return try await Releasing(context: context, pair: pair, link: own.first?.link).upgrade(
      target?.ref ?? ref, named: target?.name, sites: sites, continues: target == nil,
      express: express)
  }

  /// For the only host that is meant. What it gets is later than all that the pair's other hosts had; they are
  /// asked meanwhile, as far as they answer without anybody's help.
  private func laterThanOthers() throws -> Context {
    guard context.isSpread(members[0]) else { return context }
    var context = context
    let survey = try ReleaseSurvey(
      context: context, members: context.configuration.group(name).members, looksOnly: true)
    context.laterStamp = Task { [context] in
      let surveyed = await survey.look(within: ReleaseSurvey.hurry)
      for found in surveyed { await found.link?.close() }
      return Self.stamp(of: context, after: surveyed)
    }
    return context
  }

  private static func stamp(of context: Context, after surveyed: [ReleaseSurvey.Found]) -> Int64 {
    let decided = surveyed.compactMap(\.status?.decided)
    let upgrades = surveyed.compactMap(\.last?.moment)
    return Context.stamp(context.stamp, after: (decided + upgrades).max())
  }

  // MARK: Before anything is changed

  /// How the pair stands where it is meant, and besides on its other hosts, as far as these answer without
  /// anybody's help.
  private func survey(within seconds: Double?) async throws -> (
    own: [ReleaseSurvey.Found], all: [ReleaseSurvey.Found]
  ) {
    let meant = Set(members.map(\.host))
    let others = try context.configuration.group(name).members.filter { !meant.contains($0.host) }
    async let asked = ReleaseSurvey(context: context, members: others, looksOnly: true)
      .look(within: ReleaseSurvey.hurry)
    let survey = ReleaseSurvey(context: context, members: members)
    let own = await survey.look(within: seconds ?? ReleaseSurvey.patience)
    let rest = await asked
    for found in rest { await found.link?.close() }
    return (own, own + rest)
  }

  /// The code, fetched; a ref that is none is told before any host is asked for anything.
  private func resolved(_ ref: String) async throws -> (code: ReleaseCode, commit: ObjectID) {
    let code = ReleaseCode(context: context, pair: members[0], isShared: true)
    return (code, try await code.fetched(for: ref).resolve(ref).commit)
  }
}
