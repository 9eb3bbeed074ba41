import LeapfrogControl
import LeapfrogCore

/// The ways back: rollback and restore. Both lose writes, so both ask.
struct Returning {
  let context: Context
  let pair: PairConfiguration
  /// A link that is there already.
  var link: HostLink?
  /// How the pair stood when it was decided; nil where that is decided now.
  var seen: PairStatus?

  private var name: String { pair.spec.name }

  /// - Parameter upgrade: the one to go back from; a host that it did not reach stays as it is. Nil for
  ///   the last one of the host.
  func rollback(_ sites: [String], from upgrade: ReleaseStatus? = nil, yes: Bool) async throws
    -> Int32
  {
    for site in sites where pair.spec.site(site) == nil { throw context.unknownSite(site, pair) }
    let host = try context.host(of: pair, link: link)
    let status = if let seen { seen } else { try await host.status() }
    if let commit = upgrade?.commit, !status.isUsed(commit) {
      return context.console.nothingToDo(
        "no site of \(name) is on \(upgrade?.ref ?? commit.short)")
    }
    let upgrades = try await host.history(limit: 100, kind: .upgrade)
    let from = try source(status, sites, upgrade ?? upgrades.first)
    let leaving = status[from].sites.filter { site in
      sites.isEmpty ? pair.spec.site(site) != nil : sites.contains(site)
    }
    let to = status[from.other]
    try confirm(
      Self.consequences(leaving, to.ref ?? "the other platform", upgrades.filter { $0.to == from }),
      command: "leapfrog rollback \(name)\(context.hostOption(pair))"
        + "\(sites.map { " --site \($0)" }.joined()) --yes", yes: yes)
    var order = try context.order(.rollback, pair, to: from.other, sites: sites)
    (order.ref, order.commit) = (to.ref, to.commit)
    return try await context.carryOut(order, on: host, context.basis(pair, status))
  }

  /// - Parameters:
  ///   - upgrade: the last of the pair, which this host has no part in.
  ///   - status: how the pair stands here.
  func leave(_ upgrade: ReleaseStatus, _ status: PairStatus?) -> Int32 {
    let isThere = upgrade.commit.map { status?.isUsed($0) == true } ?? false
    let (ref, command) = (
      upgrade.ref ?? "a commit", "leapfrog rollback \(name) --host \(pair.host)"
    )
    return context.console.nothingToDo(
      "the last upgrade of \(name), to \(ref), did not reach it"
        + (isThere ? "; it was there already, and goes back by itself with `\(command)`" : ""))
  }

  /// What the way back means: lost writes, or none for those whose data no upgrade has touched.
  private static func consequences(
    _ sites: [String], _ ref: String, _ upgrades: [ReleaseStatus]
  ) -> String {
    let untouched = sites.filter { site in
      upgrades.first { $0.moved.contains(site) }?.express.contains(site) ?? false
    }
    let lost = sites.filter { !untouched.contains($0) }
    let last = upgrades.first { !$0.moved.isEmpty }
    let since = last.map { " since \(Formats.moment($0.started))" } ?? ""
    let parts = [
      lost.isEmpty
        ? nil
        : "\(going(lost)) back to \(ref), and what was written\(since) is lost to "
          + (lost.count == 1 ? "it" : "them"),
      untouched.isEmpty
        ? nil
        : "\(going(untouched)) back to \(ref) with no downtime, and nothing is lost: "
          + "the upgrade was express and touched no data",
    ]
    return parts.compactMap { $0 }.joined(separator: "; ")
  }

  private static func going(_ sites: [String]) -> String {
    "\(Formats.names(sites)) \(sites.count == 1 ? "goes" : "go")"
  }

  /// The platform that the sites leave: the one of the upgrade, when sites are on both.
  private func source(_ status: PairStatus, _ sites: [String], _ upgrade: ReleaseStatus?) throws
    -> PlatformName
  {
    let places = Set(
      status.sites.filter { sites.isEmpty || sites.contains($0.name) }.compactMap(\.platform))
    if places.count == 1, let place = places.first { return place }
    if places.count == 2, let to = upgrade?.to { return to }
    throw Failure.refused("\(name) has no site to roll back", remedy: "leapfrog status \(name)")
  }

  func restore(_ site: String, backup: String?, yes: Bool) async throws -> Int32 {
    guard pair.spec.site(site) != nil else { throw context.unknownSite(site, pair) }
    let host = try context.host(of: pair)
    let fence = try await host.status().fence
    let chosen = try Self.choose(backup, of: site, among: try await host.backups(), pair: name)
    try confirm(
      "\(site) goes back to its data of \(Formats.moment(chosen.made)), and what was written since is lost to it",
      command: "leapfrog restore \(name) \(site) --backup \(chosen.id) --yes", yes: yes)
    var order = try context.order(.restore, pair, sites: [site])
    order.backup = chosen.id
    return try await context.carryOut(order, on: host, Basis(fence: fence))
  }

  private static func choose(_ id: String?, of site: String, among all: [BackupInfo], pair: String)
    throws
    -> BackupInfo
  {
    // The host lists them newest first, as its journal has them.
    let own = all.filter { $0.site == site && $0.verified && (id == nil || $0.id == id) }
    if let newest = own.first { return newest }
    throw Failure.usage(
      "\(site) has no verified backup\(id.map { " \($0)" } ?? "")",
      remedy: "leapfrog backups \(pair)")
  }

  private func confirm(_ what: String, command: String, yes: Bool) throws {
    guard !yes else { return }
    if context.console.canAsk { context.console.line(what + ".") }
    guard context.console.confirms("Go on?") else { throw Failure.refused(what, remedy: command) }
  }
}
