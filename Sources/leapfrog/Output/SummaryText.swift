import LeapfrogCore

/// How a release ended, in a sentence or two.
struct SummaryText {
  let release: ReleaseStatus

  var text: String {
    let head =
      "\(release.kind.rawValue)\(release.ref.map { " to \($0)" } ?? ""): \(release.state.rawValue)"
    return ([head] + parts).joined(separator: "; ") + (release.reason.map { ". \($0)" } ?? "")
  }

  private var parts: [String] {
    [
      part(release.moved, release.kind == .upgrade || release.kind == .rollback ? "moved" : "done"),
      part(release.back, "back as before"), part(release.stuck, "stuck"),
      part(release.waiting, "not begun"),
      release.downtime > 0 ? "downtime \(Formats.duration(release.downtime)) in all" : nil,
    ].compactMap { $0 }
  }

  private func part(_ sites: [String], _ word: String) -> String? {
    sites.isEmpty ? nil : "\(Formats.count(sites.count, "site")) \(word)"
  }
}
