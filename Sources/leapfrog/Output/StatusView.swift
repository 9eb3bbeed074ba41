import LeapfrogControl
import LeapfrogCore

/// Draws how a pair stands.
struct StatusView {
  let console: Console

  func show(_ entry: StatusDocument.Entry) {
    let status = entry.status
    console.line(Styled(status.name, .bold) + "  \(entry.host)  \(status.root)")
    if let error = entry.error { return console.line("  \(error)") }
    console.table(PlatformName.allCases.map { platform($0, status[$0]) })
    if !status.sites.isEmpty { sites(status.sites) }
    if let release = status.release {
      show(release, isToldBySites: status.sites.contains { $0.reason != nil })
    } else if status.isDivided {
      divided(status)
    }
    for release in status.stuck ?? [] { show(release, isToldBySites: true) }
    if let planned = status.planned { show(planned, of: status.name) }
    if !entry.notes.isEmpty { console.line() }
    for note in entry.notes { console.line("  \(note)") }
  }

  private func platform(_ name: PlatformName, _ status: PlatformStatus) -> [String] {
    let sites = status.sites.isEmpty ? "idle" : Formats.count(status.sites.count, "site")
    return [
      name.rawValue, status.ref ?? "-", status.commit?.short ?? "-", status.state.rawValue, sites,
    ]
  }

  private func sites(_ sites: [SiteStatus]) {
    console.line()
    let rows = sites.map { site in
      [
        site.name, site.platform?.rawValue ?? "-",
        site.state.rawValue + (site.step.map { " (\($0.rawValue))" } ?? ""), site.reason ?? "",
      ]
    }
    console.table([["SITE", "PLATFORM", "STATE", ""]] + rows)
  }

  private func divided(_ status: PairStatus) {
    console.line()
    console.line("  sites are on both platforms, so no new code can be staged")
    for command in status.waysTogether { console.line("  next: \(command)") }
  }

  private func show(_ planned: PlannedRelease, of pair: String) {
    console.line()
    console.line(
      "  planned: upgrade to \(planned.ref) by \(planned.actor) at "
        + "\(Formats.moment(planned.time)), not begun here")
    console.line("  next: \(planned.command(of: pair))")
  }

  private func show(_ release: ReleaseStatus, isToldBySites: Bool) {
    let ref = release.ref.map { " to \($0)" } ?? ""
    let when = Formats.moment(release.started)
    console.line()
    console.line(
      "  release \(release.id): \(release.kind.rawValue)\(ref) by \(release.actor) at \(when), "
        + release.state.words)
    // The reasons of sites stand beside the sites.
    if let reason = release.reason, !isToldBySites { console.line("  \(reason)") }
    for command in release.next { console.line("  next: \(command)") }
  }
}

extension PairStatus {
  /// Whether both platforms have sites, so that neither is idle.
  var isDivided: Bool { idle.isEmpty }

  /// What brings the sites of both platforms together.
  var waysTogether: [String] {
    ["leapfrog upgrade \(name) --continue", "leapfrog rollback \(name)"]
  }
}
