import LeapfrogCore

/// Reads on which hosts a pair is: `host`, or `hosts` with what is each one's own.
struct HostsReader {
  static let keys = ["root", "preview", "address", "sites"]

  /// A host, with the section that says its sites.
  struct Place {
    var name: String
    var section: Section
    /// Whether the section is the host's own, and not the pair's.
    var isOwn: Bool
  }

  let pair: Section

  func read() -> [Place] {
    let single = [
      Place(name: pair.text("host", .host) ?? "local", section: pair, isOwn: false)
    ]
    guard let hosts = pair.section("hosts") else { return single }
    refuseDoubles()
    let places = hosts.entries.map { entry in
      let path = hosts.path(entry.key)
      _ = hosts.checked(entry.key, line: entry.line, path: path, .host)
      let section = hosts.section(of: entry)
      section.allow(Self.keys, elsewhere: PairReader.keys, of: "the pair")
      return Place(name: entry.key, section: section, isOwn: true)
    }
    return places.isEmpty ? single : places
  }

  /// What each host says for itself cannot be said for all of them.
  private func refuseDoubles() {
    for key in ["host", "sites"] {
      guard let value = pair.value(key) else { continue }
      pair.mistakes.add(
        value.line, pair.path(key),
        "the pair has `hosts`, so this belongs to each of them; allowed: `hosts` alone")
    }
  }
}
