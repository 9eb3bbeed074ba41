import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct RollbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Take sites back to the other platform, from their backups.",
    discussion: """
      Each site goes back to the code and the data that it had before its last
      upgrade. What visitors wrote since is lost to the site (it is kept in a backup
      that is made first), so it asks. A site whose last upgrade was express goes back
      to the code alone, with no downtime, and nothing is lost to it.

      EXAMPLES:
        leapfrog rollback acme
        leapfrog rollback acme --site shop.example.com --yes
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only this site; may be given several times.", completion: .sites) var site:
    [String] = []
  @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

  func run() async throws {
    try await global.run { context in
      let members = try context.configuration.group(pair).members(on: place.host, with: site)
      guard members.count > 1 else {
        return try await Returning(context: context, pair: members[0]).rollback(site, yes: yes)
      }
      return try await rollback(members, context)
    }
  }

  /// Hosts are taken back from one upgrade, the last; what it did not reach has nothing to go back from.
  private func rollback(_ members: [PairConfiguration], _ context: Context) async throws -> Int32 {
    let found = await ReleaseSurvey(context: context, members: members, upgrades: 100).look()
    try refuseSilent(found)
    let upgrade = try last(found)
    let reached = found.hostsOfNewestUpgrade
    let movable = Set(found.filter(\.isWhereItWasMoved).map(\.pair.host)).intersection(reached)
    let meant = members.filter { upgrade == nil || movable.contains($0.host) }
    if !yes, !meant.isEmpty { try confirm(meant, context) }
    return try await Spreading(context: context, members: members).run("rollback") {
      context, pair in
      let own = found.first { $0.pair.host == pair.host }
      if own?.hasNoPair == true {
        return context.console.nothingToDo("there is no pair in \(pair.spec.root) yet")
      }
      if let refusal = own?.refusal { throw refusal }
      let returning = Returning(
        context: context, pair: pair, link: own?.link, seen: own?.status)
      if upgrade != nil, own?.status == nil {
        throw Failure.failed(
          "\(pair.host) does not answer", remedy: "leapfrog status \(pair.spec.name)")
      }
      if let upgrade, !reached.contains(pair.host) {
        return returning.leave(upgrade, own?.status)
      }
      return try await returning.rollback(
        site.filter { pair.spec.site($0) != nil }, from: upgrade == nil ? nil : own?.lastMove,
        yes: true)
    }
  }

  /// The upgrade that the hosts go back from; nil where the sites are named.
  private func last(_ found: [ReleaseSurvey.Found]) throws -> ReleaseStatus? {
    guard site.isEmpty else { return nil }
    if let newest = found.newestUpgrade() { return newest }
    throw Failure.refused(
      "no upgrade of \(pair) is known on any of its hosts; name the host that is to go back",
      remedy: "leapfrog rollback \(pair) --host \(found.map(\.pair.host).sorted().first ?? "HOST")")
  }

  /// The last upgrade can be one that only a silent host has: the others would be taken back from the one
  /// before.
  private func refuseSilent(_ found: [ReleaseSurvey.Found]) throws {
    let unknown = found.filter(\.isUnknown)
    let silent = unknown.map(\.pair.host).sorted()
    guard place.host.isEmpty, site.isEmpty, !silent.isEmpty else { return }
    let answer = unknown.compactMap { found in
      found.refusal.map { "\(found.pair.host) says: \($0.message)" }
    }.first
    let why = answer ?? "\(Formats.names(silent)) \(silent.count == 1 ? "does" : "do") not answer"
    let others = found.filter { $0.status != nil }.map { " --host \($0.pair.host)" }.sorted()
    throw Failure.refused(
      "\(why), so nobody knows what "
        + "the last upgrade of \(pair) was; name the hosts that are to go back",
      remedy: others.isEmpty
        ? "leapfrog status \(pair)" : "leapfrog rollback \(pair)\(others.joined())")
  }

  /// Several hosts are asked about once; one host says itself what would be lost.
  private func confirm(_ members: [PairConfiguration], _ context: Context) throws {
    let hosts = Formats.names(members.map(\.host))
    let sites = site.isEmpty ? "the sites" : Formats.names(site)
    let what =
      "\(sites) of \(pair) on \(hosts) go back, and what was written since is lost to them"
    if context.console.canAsk { context.console.line(what + ".") }
    guard context.console.confirms("Go on?") else {
      let options = place.host.map { " --host \($0)" } + site.map { " --site \($0)" }
      throw Failure.refused(what, remedy: "leapfrog rollback \(pair)\(options.joined()) --yes")
    }
  }
}
