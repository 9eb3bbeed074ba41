import LeapfrogCore

/// How a release ended: a line, and why where it did not end well.
struct SummaryText {
  let release: ReleaseStatus

  var lines: [String] {
    let head =
      "\(release.kind.rawValue)\(release.ref.map { " to \($0)" } ?? ""): \(release.state.words)"
    return [([head] + parts).joined(separator: "; ")] + [release.reason].compactMap { $0 }
  }

  private var parts: [String] {
    [
      part(release.moved, release.kind == .upgrade || release.kind == .rollback ? "moved" : "done")
        .map { $0 + express },
      part(release.back, "back as before"), part(release.stuck, "stuck"),
      part(release.waiting, "not begun"),
      release.downtime > 0 ? "downtime \(Formats.duration(release.downtime)) in all" : nil,
    ].compactMap { $0 }
  }

  private var express: String {
    switch release.express.count {
    case 0: ""
    case release.moved.count: " with no downtime"
    case let count: ", \(count) of them with no downtime"
    }
  }

  private func part(_ sites: [String], _ word: String) -> String? {
    sites.isEmpty ? nil : "\(Formats.count(sites.count, "site")) \(word)"
  }
}

extension ReleaseStatus.State {
  /// The state as people say it.
  var words: String { self == .partly ? "partly done" : rawValue }
}
