import Foundation
import Glibc
import LeapfrogControl
import LeapfrogCore

/// The way of new code to a pair: init, upgrade, stage.
struct Releasing: Sendable {
  let context: Context
  let pair: PairConfiguration
  let code: ReleaseCode
  /// A link that is there already.
  let link: HostLink?

  init(
    context: Context, pair: PairConfiguration, code: ReleaseCode? = nil, link: HostLink? = nil
  ) {
    (self.context, self.pair, self.link) = (context, pair, link)
    self.code = code ?? ReleaseCode(context: context, pair: pair)
  }

  private var name: String { pair.spec.name }

  /// Whether the code is fetched while the host is asked; a refusal ends the fetch. Not where both could
  /// ask for something on the terminal.
  private var fetchesAhead: Bool { pair.host == "local" || isatty(STDIN_FILENO) == 0 }

  // MARK: init

  /// - Parameter name: what the ref is called, where it is a commit's id that nobody typed.
  func initialize(_ ref: String, named name: String? = nil) async throws -> Int32 {
    let host = try context.host(of: pair)
    let status = try? await host.status()
    if let status, let refusal = Self.refusal(ofInitializing: status) { throw refusal }
    let code = try await self.code.fetched(for: ref)
    let resolved = try await code.resolve(ref).named(name)
    let staged = try await stage(
      resolved, host, code, platform: .blue, status: status, creates: true)
    return try await context.carryOut(
      try context.order(.`init`, pair, ref: resolved, to: staged.platform), on: host,
      context.basis(pair, status))
  }

  private static func refusal(ofInitializing status: PairStatus) -> Failure? {
    guard status.sites.contains(where: { $0.platform != nil }) else { return nil }
    return .refused(
      "\(status.name) is a pair already, with sites on it",
      remedy: "leapfrog upgrade \(status.name) REF")
  }

  // MARK: upgrade

  /// Stages a ref and moves the sites; attaches to the same upgrade when it is under way.
  ///
  /// - Parameter name: what the ref is called, where it is a commit's id that nobody typed.
  func upgrade(
    _ ref: String?, named name: String? = nil, sites: [String], continues: Bool, express: Bool
  ) async throws -> Int32 {
    for site in sites where pair.spec.site(site) == nil { throw context.unknownSite(site, pair) }
    async let _ = continues || ref == nil || !fetchesAhead ? nil : code.fetched(for: ref)
    let host = try context.host(of: pair, link: link)
    let status = try await host.status()
    StopPoint.pass("looked", pair.host)
    if let release = status.release, release.state == .running, release.kind == .upgrade,
      ref == nil || release.ref == name ?? ref
    {
      if !continues, let ref, let commit = await commitNow(of: ref) {
        try context.verify(release, goesTo: commit, called: name ?? ref, of: pair)
      }
      try context.verify(release, isFor: sites, status, of: pair)
      return try await context.follow(
        WorkStarted(release: release.id, attached: true, after: 0), on: host)
    }
    if continues || ref == nil { return try await takeUp(status, ref, sites, express, host) }
    return try await upgrade(ref ?? "", name, sites, express, status, host)
  }

  /// What a ref is in the repository now; nil where that cannot be had soon.
  private func commitNow(of ref: String) async -> ObjectID? {
    let code = code
    let asking = Task { try await code.fetched(for: ref).resolve(ref).commit }
    let impatience = Task {
      try await Task.sleep(for: .seconds(15))
      asking.cancel()
    }
    defer { impatience.cancel() }
    return try? await asking.value
  }

  private func upgrade(
    _ ref: String, _ name: String?, _ sites: [String], _ express: Bool, _ status: PairStatus,
    _ host: PairHost
  ) async throws -> Int32 {
    try requireReadiness(status, sites)
    let code = try await self.code.fetched(for: ref)
    let resolved = try await code.resolve(ref).named(name)
    if let there = try target(of: resolved.commit, sites, status) {
      guard let to = there.platform else { return nothingToDo(resolved.name, status) }
      return try await move(resolved, to: to, sites, express ? code : nil, status, host)
    }
    if let refusal = context.division(pair, status, without: resolved.commit) { throw refusal }
    if context.decision == nil { context.tell(replacing: status.planned, by: resolved.commit) }
    // Named, so that a request which arrives late over a link that hung finds its platform occupied.
    let platform = status.free.count == 1 ? status.free.first : nil
    let staged = try await stage(resolved, host, code, platform: platform, status: status)
    return try await move(
      resolved, to: staged.platform, sites, express ? code : nil, status, host)
  }

  /// `code` tells what the change can mean for data; nil where every site is to be closed.
  private func move(
    _ ref: ResolvedRef, to platform: PlatformName, _ sites: [String], _ code: CodeReader?,
    _ status: PairStatus, _ host: PairHost
  ) async throws -> Int32 {
    var order = try context.order(.upgrade, pair, ref: ref, to: platform, sites: sites)
    order.change = try await change(from: status[platform.other].commit, to: ref.commit, code)
    let basis = context.basis(pair, status)
    if context.decision == nil { order.stamp = basis.stamp }
    return try await context.carryOut(order, on: host, basis)
  }

  /// What the host has to know of the change of code: that it can update data, not all of how.
  private func change(from old: ObjectID?, to new: ObjectID, _ code: CodeReader?) async throws
    -> CodeChange?
  {
    var change = try await code?.change(from: old, to: new, patterns: pair.profile.updates)
    if let updates = change?.updates { change?.updates = Array(updates.prefix(20)) }
    return change
  }

  private func requireReadiness(_ status: PairStatus, _ sites: [String]) throws {
    guard sites.isEmpty, let refusal = context.readiness(pair, status).refusal else {
      return
    }
    throw refusal
  }

  /// The platform that a commit is on already while it has sites, or a stuck one needs it; its `platform` is nil when nothing
  /// is left to move. Nil when the commit has to be staged.
  private func target(of commit: ObjectID, _ sites: [String], _ status: PairStatus) throws
    -> (platform: PlatformName?, Void)?
  {
    for platform in PlatformName.allCases where status[platform].commit == commit {
      let isKept = status.isNeeded(platform) && status[platform].state == .ready
      guard !status[platform].sites.isEmpty || isKept else { continue }
      return (try left(behind: platform, sites, status).isEmpty ? nil : platform, ())
    }
    return nil
  }

  /// The sites that are not on a platform yet; a stuck one is not to be moved.
  ///
  /// - Throws: `Failure` of kind `refused` when only stuck ones are left.
  private func left(
    behind platform: PlatformName, _ sites: [String], _ status: PairStatus
  ) throws -> [String] {
    let left = status[platform.other].sites.filter { sites.isEmpty || sites.contains($0) }
    let stuck = Set(status.stuckReleases.flatMap(\.stuck))
    let free = sites.isEmpty ? left.filter { !stuck.contains($0) } : left
    if free.isEmpty, !left.isEmpty, let refusal = context.stuck(pair, status) { throw refusal }
    return free
  }

  private func nothingToDo(_ ref: String, _ status: PairStatus) -> Int32 {
    context.console.nothingToDo("every site of \(name) that was asked for is on \(ref)")
  }

  // MARK: --continue

  /// Takes up the sites that the last upgrade left behind, with the commit that it was planned with.
  private func takeUp(
    _ status: PairStatus, _ ref: String?, _ sites: [String], _ express: Bool, _ host: PairHost
  ) async throws -> Int32 {
    guard let last = try await host.history(limit: 1, kind: .upgrade).first,
      let commit = last.commit, let to = last.to, status[to].commit == commit
    else {
      throw Failure.refused(
        "\(context.label(pair)) has no upgrade to continue",
        remedy: "leapfrog upgrade \(name) REF\(context.hostOption(pair))")
    }
    guard ref == nil || ref == last.ref else {
      throw Failure.refused(
        "the last upgrade of \(context.label(pair)) was to \(last.ref ?? commit.short), not to \(ref ?? "")",
        remedy:
          "leapfrog upgrade \(name) \(Shell.argument(last.ref ?? commit.hex, or: "REF")) --continue"
          + context.hostOption(pair))
    }
    let left = try left(behind: to, sites, status)
    guard !left.isEmpty else { return nothingToDo(last.ref ?? commit.short, status) }
    var order = try context.order(.upgrade, pair, to: to, sites: sites)
    (order.ref, order.commit, order.continues) = (last.ref, commit, true)
    order.stamp = last.moment
    // The repository may be out of reach by now; sites can go on all the same, and be closed for it.
    let code = express ? try? await self.code.fetched(for: commit.hex) : nil
    order.change = try? await change(from: status[to.other].commit, to: commit, code)
    return try await context.carryOut(order, on: host, context.basis(pair, status))
  }

  // MARK: stage

  /// Stages and builds, and moves no site.
  ///
  /// - Parameter name: what the ref is called, where it is a commit's id that nobody typed.
  func stageOnly(_ ref: String?, named name: String? = nil, platform: PlatformName?) async throws
    -> Int32
  {
    async let _ = fetchesAhead ? code.fetched(for: ref) : nil
    let host = try context.host(of: pair)
    let status = try await host.status()
    let target = platform ?? status.free.first
    if let refusal = Self.refusal(ofStaging: target, status, name ?? ref) { throw refusal }
    let code = try await self.code.fetched(for: ref)
    let resolved = try await code.resolve(try ref ?? lastRef(status)).named(name)
    if ref == nil, status.isUsed(resolved.commit) { return nothingNew(resolved) }
    let staged = try await stage(resolved, host, code, platform: target, status: status)
    return try await context.carryOut(
      try context.order(.stage, pair, ref: resolved, to: staged.platform), on: host,
      context.basis(pair, status))
  }

  /// Staging what the sites are on already would only take the way back from them.
  private func nothingNew(_ ref: ResolvedRef) -> Int32 {
    context.console.line(
      "nothing new: the sites of \(name) are on \(ref.name) (\(ref.commit.short))")
    try? context.console.outcome("nothing new")
    return 0
  }

  /// The same rule as in the host, asked before anything is sent.
  private static func refusal(
    ofStaging platform: PlatformName?, _ status: PairStatus, _ ref: String?
  )
    -> Failure?
  {
    guard let platform, !status[platform].sites.isEmpty else { return nil }
    let sites = Formats.names(status[platform].sites)
    return .refused(
      "\(platform) of \(status.name) has sites on it (\(sites)), and code never changes under a site",
      remedy: "leapfrog upgrade \(status.name) \(ref ?? "REF")")
  }

  /// The ref that the sites are on, which for a branch means its newest commit.
  private func lastRef(_ status: PairStatus) throws -> String {
    let used = PlatformName.allCases.filter { !status[$0].sites.isEmpty } + status.idle
    guard let ref = used.compactMap({ status[$0].ref }).first else {
      throw Failure.usage("\(name) never had a ref; name one", remedy: "leapfrog pull \(name) REF")
    }
    return ref
  }

  private func stage(
    _ ref: ResolvedRef, _ host: PairHost, _ code: CodeReader, platform: PlatformName?,
    status: PairStatus?, creates: Bool = false
  ) async throws -> Staged {
    // Staging for nothing would take the way back from the sites.
    try context.requireBudget()
    let view = StageView(console: context.console, ref: ref)
    let base = (platform ?? status?.free.first).flatMap { status?[$0] }
    let held = base.flatMap { $0.state == .ready || $0.state == .unbuilt ? $0.commit : nil }
    let parcel = try await self.code.parcel(ref, code, for: pair.host)
    let staged = try await Stager(host: host, code: parcel, actor: context.actor).stage(
      ref, platform: platform, base: held, basis: context.basis(pair, status), creates: creates,
      progress: view.progress)
    view.finish(staged)
    StopPoint.pass("staged", pair.host)
    return staged
  }
}

extension PairStatus {
  /// Whether sites are on that commit.
  func isUsed(_ commit: ObjectID) -> Bool {
    PlatformName.allCases.contains { self[$0].commit == commit && !self[$0].sites.isEmpty }
  }
}
