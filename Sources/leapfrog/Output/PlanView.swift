import LeapfrogCore

/// Draws a plan.
struct PlanView {
  let console: Console

  /// - Parameter before: the plans of other hosts that were shown already.
  func show(_ plan: ReleasePlan, after before: ArraySlice<ReleasePlan> = []) {
    let place = plan.host == "local" ? "" : " on \(plan.host)"
    if plan.isEmpty {
      return console.line("nothing to do: the sites\(place) are on \(plan.ref) already")
    }
    let platform = plan.platform.map { "on \($0)" } ?? "nowhere: no platform is idle"
    console.line(
      Styled(plan.pair + place, .bold)
        + ": \(plan.from ?? "-") to \(plan.ref) (\(plan.commit.short)), \(platform)")
    let isKnown = before.contains {
      $0.from == plan.from && $0.commits.first == plan.commits.first
    }
    showChanges(plan, subjects: isKnown ? [] : plan.commits.first)
    showSites(plan)
    console.line(
      "  space: about \(Formats.size(plan.space.needed)) of \(Formats.size(plan.space.free)) free")
    if let refusal = plan.refusal {
      console.line("  " + Styled("upgrade would be refused: \(refusal)", .red))
    }
    for note in plan.notes { console.line("  note: \(note)") }
    for command in plan.next { console.line("  next: \(command)") }
  }

  private func showChanges(_ plan: ReleasePlan, subjects: [String]) {
    console.line(
      "  \(Formats.count(plan.commits.count, "new commit")), \(Formats.count(plan.files.written, "file")) to write, \(plan.files.removed) to remove"
    )
    for subject in subjects.prefix(5) { console.line("    \(subject)") }
    let more = plan.commits.count - 5
    if !subjects.isEmpty, more > 0 { console.line("    and \(more) more") }
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
    let express = moving.filter { $0.express == true }
    console.line(
      "  \(Formats.count(moving.count, "site")) would move"
        + (express.isEmpty ? "" : ", \(express.count) of them with no downtime")
        + downtime(of: moving.filter { $0.express != true }))
    console.table(plan.sites.prefix(30).map(row), indent: "    ")
    if plan.sites.count > 30 { console.line("    and \(plan.sites.count - 30) more") }
    for reason in Self.reasons(moving) { console.line("  \(reason)") }
  }

  private func downtime(of closed: [ReleasePlan.Site]) -> String {
    let known = closed.compactMap(\.estimatedDowntime)
    guard !known.isEmpty else { return "" }
    return ", about \(Formats.duration(known.reduce(0, +))) of downtime in all"
  }

  /// Each reason once, with its sites.
  private static func reasons(_ moving: [ReleasePlan.Site]) -> [String] {
    var reasons: [(why: String, isExpress: Bool, sites: [String])] = []
    for site in moving {
      guard let why = site.why, let isExpress = site.express else { continue }
      let index = reasons.firstIndex { $0.why == why && $0.isExpress == isExpress }
      if let index { reasons[index].sites.append(site.name) }
      if index == nil { reasons.append((why, isExpress, [site.name])) }
    }
    return reasons.map { reason in
      let sites =
        reason.sites.count == moving.count ? "all" : Formats.names(reason.sites, atMost: 5)
      return "\(reason.isExpress ? "express" : "not express"): \(sites): \(reason.why)"
    }
  }

  private func row(_ site: ReleasePlan.Site) -> [String] {
    let downtime = site.estimatedDowntime.map { "down about \(Formats.duration($0))" }
    let word =
      switch site.action {
      case .move where site.express == true: "express: never closed"
      case .move: downtime ?? "down for its backup, update and check"
      case .stay: "stays"
      case .notSeated: "not seated yet"
      }
    return [site.name, site.platform?.rawValue ?? "-", word]
  }
}
