import LeapfrogCore

/// Draws how a pair stands.
struct StatusView {
  let console: Console

  func show(_ entry: StatusDocument.Entry) {
    let status = entry.status
    console.line(console.styled(status.name, .bold) + "  \(entry.host)  \(status.root)")
    if let error = entry.error { return console.line("  \(error)") }
    console.table(PlatformName.allCases.map { platform($0, status[$0]) })
    if !status.sites.isEmpty { sites(status.sites) }
    if let release = status.release { show(release) }
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

  private func show(_ release: ReleaseStatus) {
    let ref = release.ref.map { " to \($0)" } ?? ""
    console.line()
    console.line(
      "  release \(release.id): \(release.kind.rawValue)\(ref) by \(release.actor), \(release.state.rawValue)"
        + (release.reason.map { ": \($0)" } ?? ""))
    for command in release.next { console.line("  next: \(command)") }
  }
}
