import LeapfrogCore

/// Draws a plan.
struct PlanView {
  let console: Console

  func show(_ plan: ReleasePlan) {
    if plan.isEmpty { return console.line("nothing to do: the sites are on \(plan.ref) already") }
    let platform = plan.platform.map { "on \($0)" } ?? "nowhere: no platform is idle"
    console.line(
      console.styled(plan.pair, .bold)
        + ": \(plan.from ?? "-") to \(plan.ref) (\(plan.commit.short)), \(platform)")
    showChanges(plan)
    showSites(plan)
    console.line(
      "  space: about \(Formats.size(plan.space.needed)) of \(Formats.size(plan.space.free)) free")
    if let refusal = plan.refusal {
      console.line("  " + console.styled("upgrade would be refused: \(refusal)", .red))
    }
    for note in plan.notes { console.line("  note: \(note)") }
    for command in plan.next { console.line("  next: \(command)") }
  }

  private func showChanges(_ plan: ReleasePlan) {
    console.line(
      "  \(Formats.count(plan.commits.count, "new commit")), \(Formats.count(plan.files.written, "file")) to write, \(plan.files.removed) to remove"
    )
    for subject in plan.commits.first.prefix(5) { console.line("    \(subject)") }
    if plan.commits.count > 5 { console.line("    and \(plan.commits.count - 5) more") }
    if plan.commits.left > 0 {
      console.line(
        "  leaves \(Formats.count(plan.commits.left, "commit")) of now behind; what their updates did "
          + "to data stays")
    }
    if !plan.files.updating.isEmpty {
      console.line("  can update data: \(Formats.names(plan.files.updating, atMost: 5))")
    }
  }

  private func showSites(_ plan: ReleasePlan) {
    let moving = plan.sites.filter { $0.action == .move }
    let known = moving.compactMap(\.estimatedDowntime)
    let total =
      known.isEmpty ? "" : ", about \(Formats.duration(known.reduce(0, +))) of downtime in all"
    console.line("  \(Formats.count(moving.count, "site")) would move\(total)")
    console.table(plan.sites.prefix(30).map(row), indent: "    ")
    if plan.sites.count > 30 { console.line("    and \(plan.sites.count - 30) more") }
  }

  private func row(_ site: ReleasePlan.Site) -> [String] {
    let downtime = site.estimatedDowntime.map { "down about \(Formats.duration($0))" }
    let word =
      switch site.action {
      case .move: downtime ?? "down for its backup, update and check"
      case .stay: "stays"
      case .notSeated: "not seated yet"
      }
    return [site.name, site.platform?.rawValue ?? "-", word]
  }
}
