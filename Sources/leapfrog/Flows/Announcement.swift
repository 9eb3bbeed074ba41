import LeapfrogControl
import LeapfrogCore

/// Tells every host of a release what is planned for it before any of them begins. When the controller dies
/// meanwhile, the status of each host shows it; a later decision of somebody else replaces it.
struct Announcement: Sendable {
  let context: Context
  let surveyed: [ReleaseSurvey.Found]
  let commit: ObjectID
  let ref: String
  let sites: [String]

  /// Seconds for a host's answer. One that is silent hears of it when its turn comes.
  private static let patience = 20.0

  /// - Throws: `Failure` of kind `refused` when a host has changed, or has heard of a later decision, since it
  ///   was surveyed; then nothing is planned on any host.
  func make() async throws {
    let refusals = await atOnce { found in
      do {
        let replaced = try await ask(found, planned(for: found.pair)).replaced
        context.on(found.pair.host).tell(replacing: replaced, by: commit)
        return nil
      } catch let failure as Failure where failure.kind == .refused {
        return Failure(
          .refused, "on \(found.pair.host): \(failure.message)", remedy: failure.remedy)
      } catch { return nil }
    }
    guard let refusal = refusals.first else { return }
    await withdraw()
    throw refusal
  }

  /// Takes back what no host has begun, when the controller has come to its end.
  func withdraw() async {
    _ = await atOnce { found in
      _ = try? await ask(found, nil)
      return nil
    }
  }

  private func atOnce(
    _ body: @escaping @Sendable (ReleaseSurvey.Found) async -> Failure?
  ) async -> [Failure] {
    let hosts = surveyed.filter(isMeant)
    return await withTaskGroup(of: (Int, Failure?).self) { group in
      for index in hosts.indices { group.addTask { (index, await body(hosts[index])) } }
      let failures = await group.reduce(into: [Int: Failure]()) { $0[$1.0] = $1.1 }
      return hosts.indices.compactMap { failures[$0] }
    }
  }

  /// Whether something is to be begun there.
  private func isMeant(_ found: ReleaseSurvey.Found) -> Bool {
    guard let status = found.status, status.release?.state != .running else { return false }
    let meant = sites.filter { found.pair.spec.site($0) != nil }
    return PlatformName.allCases.contains { platform in
      status[platform].commit != commit
        && status[platform].sites.contains { meant.isEmpty || meant.contains($0) }
    }
  }

  private func planned(for pair: PairConfiguration) -> PlannedRelease {
    PlannedRelease(
      ref: ref, commit: commit, sites: sites.filter { pair.spec.site($0) != nil },
      actor: context.actor, time: context.started, stamp: context.stamp)
  }

  private func ask(_ found: ReleaseSurvey.Found, _ planned: PlannedRelease?) async throws
    -> PlanResult
  {
    let host = try context.host(of: found.pair, link: found.link)
    let basis = context.basis(found.pair, found.status)
    return try await Waiting.within(Self.patience, late: .failed("late")) {
      try await host.plan(planned, basis)
    }
  }
}
