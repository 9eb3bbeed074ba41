import Glibc
import LeapfrogCore

/// Looks for what is wrong with a pair on this host, each finding with the command that mends it.
struct HostDoctor {
  let spec: PairSpec

  func examine() -> [Finding] {
    var findings: [Finding] = []
    let pair: Pair
    do { pair = try Pair(root: spec.root, name: spec.name) } catch {
      return [.bad("root", error)]
    }
    findings.append(Finding.look("root") { try root() })
    findings.append(
      Finding.look("journal") {
        try Journal(layout: pair.layout).verify(); return "sound"
      })
    findings.append(Finding.look("links") { try agree(pair.layout) })
    findings.append(Finding.look("maintenance") { try flags(pair.layout) })
    findings.append(Finding.look("checks") { try checks() })
    findings.append(
      Finding(subject: "environment", good: true, message: environment()))
    findings.append(
      Finding.look("space") { "\(try Files.freeSpace(at: spec.root) >> 20) MiB free" })
    findings += PlatformName.allCases.map { name in
      Finding.look(name.rawValue) { try code(of: name, pair.layout) }
    }
    findings += spec.sites.map { site in Finding.look(site.name) { try examine(site, pair.layout) }
    }
    return findings
  }

  private func agree(_ layout: Layout) throws -> String {
    let live = try LiveLinks(layout: layout).all()
    let journal = try Journal(layout: layout).places()
    for name in Set(live.keys).union(journal.keys).sorted() where live[name] != journal[name] {
      throw Failure.stuck(
        "\(name) is on \(live[name]?.rawValue ?? "no platform") by its live link and on "
          + "\(journal[name]?.rawValue ?? "no platform") by the journal")
    }
    return "\(Self.count(live.count)), links and journal agree"
  }

  private static func count(_ sites: Int) -> String { sites == 1 ? "1 site" : "\(sites) sites" }

  /// Looks for files that somebody edited where no edit belongs; on the platform in use no stage would
  /// find them before the sites have left it.
  private func code(of platform: PlatformName, _ layout: Layout) throws -> String {
    guard let header = try PlatformManifest.header(of: platform, in: layout),
      header.state == .ready || header.state == .unbuilt
    else { return "nothing is staged" }
    guard let lock = try PairLock.take(layout) else {
      return "not looked at, because work is under way"
    }
    try lock.sign(.local(spec.name, "doctor of \(spec.name)"))
    try PlatformMarker.verify(platform, layout)
    let links = spec.sites.flatMap { $0.links.keys }
    let drift = try withExtendedLifetime(lock) {
      try StagedPlatform(layout: layout, platform: platform).verify(ignoring: links)
    }
    let changed = drift.modified + drift.missing
    guard changed.isEmpty else {
      throw Failure.failed(
        "not as staged, the next stage puts it right: \(StagingRule.names(changed))")
    }
    try withExtendedLifetime(lock) {
      try OwnershipLook(layout: layout, platform: platform).verify()
    }
    return "\(header.ref ?? "the code") as staged"
  }

  /// A page that is to be checked and never asked is not what its site's owner thinks.
  private func checks() throws -> String {
    if let unasked = spec.unaskedPages { throw Failure.failed(unasked) }
    let count = spec.sites.reduce(0) { $0 + $1.checks.count }
    return count == 0 ? "none is configured" : "asked before the flip: \(count)"
  }

  /// Whoever owns the directory can exchange all that is in it.
  private func root() throws -> String {
    if geteuid() == 0, let owner = FileStatus(spec.root)?.owner, owner != 0 {
      throw Failure.failed(
        "\(spec.root) belongs to user \(owner), who can exchange all that leapfrog does there as root",
        remedy: "chown root \(spec.root)")
    }
    return "\(spec.root) is the pair \(spec.name)"
  }

  /// Names alone: the values can be secrets.
  private func environment() -> String {
    let sites = [nil] + spec.sites.map { Optional($0.name) }
    let listed = Set(spec.sites.flatMap { $0.environment ?? [] })
    let dropped = Set(sites.flatMap { PassedVariables(spec, site: $0).dropped() })
      .subtracting(listed).sorted()
    guard !dropped.isEmpty else { return "commands get all that is set" }
    let names = dropped.joined(separator: ", ")
    return
      "set for leapfrog-host and not given to commands: \(names); what an app or a build needs "
      + "of these belongs into leapfrog.yml, as `environment: \(EnvironmentCheck.list(dropped))`"
  }

  private func flags(_ layout: Layout) throws -> String {
    let open = Set(
      try Journal(layout: layout).lastMigrations().filter { $0.state.isOpen }.map(\.plan.site.name))
    for site in try Files.names(in: layout.maintenance) where !open.contains(site) {
      throw Failure.failed(
        "\(site) is in maintenance and no migration needs it",
        remedy: "rm \(layout.maintenance(site))")
    }
    return open.isEmpty ? "no site is closed" : "in a migration: \(Self.count(open.count))"
  }

  private func examine(_ site: SiteSpec, _ layout: Layout) throws -> String {
    guard let platform = try LiveLinks(layout: layout).platform(of: site.name) else {
      throw Failure.failed("not seated yet", remedy: "leapfrog site add \(spec.name) \(site.name)")
    }
    try Engines.engine(of: site, in: spec, layout: layout)?.check()
    try SiteClaim(site: site, pair: spec, layout: layout).verify()
    try FileBackups.engine(for: site.files).check()
    if let user = site.user { _ = try JobUser.named(user) }
    return "on \(platform)"
  }
}
