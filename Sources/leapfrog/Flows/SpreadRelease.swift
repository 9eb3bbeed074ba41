import LeapfrogControl
import LeapfrogCore

/// One release of a pair on several hosts: one ref, read once; the host of the canaries first, the others
/// side by side; one number of failures for all.
struct SpreadRelease: Sendable {
  let context: Context
  let members: [PairConfiguration]

  private var name: String { members[0].spec.name }
  private var isSpread: Bool { members.count > 1 }
  private var single: Releasing { Releasing(context: context, pair: members[0]) }
  private var spreading: Spreading { Spreading(context: context, members: members) }

  func initialize(_ ref: String) async throws -> Int32 {
    guard isSpread else { return try await single.initialize(ref) }
    let members = try await ReleaseSurvey(context: context, members: members).membersToMake()
    let code = try await resolved(ref).code
    return try await Spreading(context: context, members: members).run("init at \(ref)") {
      context, pair in
      try await Releasing(context: context, pair: pair, code: code).initialize(ref)
    }
  }

  /// - Parameter ref: nil for that of the last upgrade, with `continues`.
  func upgrade(_ ref: String?, sites: [String], continues: Bool, express: Bool) async throws
    -> Int32
  {
    guard isSpread else {
      return try await Releasing(context: laterThanOthers(), pair: members[0])
        .upgrade(ref, sites: sites, continues: continues, express: express)
    }
    let survey = ReleaseSurvey(context: context, members: members)
    let surveyed = continues ? await survey.look() : await survey.look(within: ReleaseSurvey.hurry)
    try refuse(surveyed, ref, sites)
    let target = try await target(ref, continues, surveyed)
    let (code, commit) = try await resolved(target.ref)
    try refuseOthers(surveyed, commit, target.name)
    return try await move(to: target, code, after: surveyed, sites, express)
  }

  private func move(
    to target: (ref: String, name: String), _ code: ReleaseCode,
    after surveyed: [ReleaseSurvey.Found], _ sites: [String], _ express: Bool
  ) async throws -> Int32 {
    var context = context
    context.budget = budget()
    context.stamp = Self.stamp(of: context, after: surveyed)
    let release = Spreading(context: context, members: members)
    return try await release.run("upgrade to \(target.name)", first: members[0].canaryHosts) {
      context, pair in
      let link = surveyed.first { $0.pair.host == pair.host }?.link
      return try await Releasing(context: context, pair: pair, code: code, link: link).upgrade(
        target.ref, named: target.name, sites: sites.filter { pair.spec.site($0) != nil },
        continues: false, express: express)
    }
  }

  /// For the only host that is meant. What it gets is later than all that the pair's other hosts had; they are
  /// asked meanwhile, as far as they answer without anybody's help.
  private func laterThanOthers() throws -> Context {
    let group = try context.configuration.group(name)
    guard group.isSpread else { return context }
    var context = context
    let survey = ReleaseSurvey(context: context, members: group.members, looksOnly: true)
    context.laterStamp = Task { [context] in
      let surveyed = await survey.look(within: ReleaseSurvey.hurry)
      for found in surveyed { await found.link?.close() }
      return Self.stamp(of: context, after: surveyed)
    }
    return context
  }

  private static func stamp(of context: Context, after surveyed: [ReleaseSurvey.Found]) -> Int64 {
    let last = surveyed.newestUpgrade()?.moment ?? 0
    return max(context.stamp, last < .max ? last + 1 : last)
  }

  func stageOnly(_ ref: String?, platform: PlatformName?) async throws -> Int32 {
    guard isSpread else { return try await single.stageOnly(ref, platform: platform) }
    let code = ReleaseCode(context: context, pair: members[0], isShared: true)
    _ = try await code.fetched(for: ref)
    return try await spreading.run("stage\(ref.map { " of \($0)" } ?? "")") { context, pair in
      try await Releasing(context: context, pair: pair, code: code)
        .stageOnly(ref, platform: platform)
    }
  }

  /// The code, fetched; a ref that is none is told before any host is asked for anything.
  private func resolved(_ ref: String) async throws -> (code: ReleaseCode, commit: ObjectID) {
    let code = ReleaseCode(context: context, pair: members[0], isShared: true)
    return (code, try await code.fetched(for: ref).resolve(ref).commit)
  }

  private func budget() -> FailureBudget {
    let (context, members) = (context, members)
    return FailureBudget(members[0].spec.maxFailures) { host, release in
      guard let pair = members.first(where: { $0.host == host }) else { return }
      // A link of its own: the other one is at work.
      let link = try? context.host(of: pair)
      _ = try? await link?.control(.halt, of: release, actor: context.actor)
      await link?.link.close()
    }
  }

  // MARK: Before anything is changed

  /// What one host would refuse, no host begins.
  private func refuse(_ surveyed: [ReleaseSurvey.Found], _ ref: String?, _ sites: [String]) throws {
    for found in surveyed {
      guard let status = found.status else { continue }
      let host = found.pair.host
      if let release = status.release, release.state != .failed, release.state != .partly,
        !(release.kind == .upgrade && release.state == .running
          && (ref == nil || release.ref == ref))
      {
        throw Failure.refused(
          "the \(release.kind.rawValue) of \(name) on \(host) is \(release.state.rawValue)",
          remedy: "leapfrog status \(name)")
      }
      guard sites.isEmpty, let refusal = context.readiness(found.pair, status).refusal
      else { continue }
      throw Failure(refusal.kind, "on \(host): \(refusal.message)", remedy: refusal.remedy)
    }
  }

  /// What is under way has to go where this goes.
  private func refuseOthers(
    _ surveyed: [ReleaseSurvey.Found], _ commit: ObjectID, _ ref: String
  ) throws {
    for found in surveyed {
      guard let release = found.status?.release, release.state == .running else { continue }
      try context.verify(release, goesTo: commit, called: ref, of: found.pair)
    }
  }

  /// The ref to go to; to continue, the very commit that the last upgrade went to.
  private func target(_ ref: String?, _ continues: Bool, _ surveyed: [ReleaseSurvey.Found])
    async throws
    -> (ref: String, name: String)
  {
    guard continues else { return (ref ?? "", ref ?? "") }
    let last = surveyed.newestUpgrade { ref == nil || $0.ref == ref }
    guard let commit = last?.commit else {
      throw Failure.refused(
        "\(name) has no upgrade\(ref.map { " to \($0)" } ?? "") to continue",
        remedy: "leapfrog upgrade \(name) \(ref ?? "REF")")
    }
    return (commit.hex, last?.ref ?? commit.short)
  }
}
