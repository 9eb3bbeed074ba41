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
    guard let value = pair.value("hosts") else { return [single] }
    guard let hosts = pair.section("hosts"), !hosts.entries.isEmpty else {
      noteNone(value)
      return [single]
    }
    refuseDoubles()
    return hosts.entries.map { entry in
      _ = hosts.checked(entry.key, line: entry.line, path: hosts.path(entry.key), .host)
      let section = hosts.section(of: entry)
      section.allow(Self.keys, elsewhere: PairReader.keys, of: "the pair")
      return Place(name: entry.key, section: section, isOwn: true)
    }
  }

  private var single: Place {
    Place(name: pair.text("host", .host) ?? "local", section: pair, isOwn: false)
  }

  /// Were it the local host then, a release would go where nobody meant it to.
  private func noteNone(_ value: YAMLValue) {
    switch value.content {
    case .mapping, .nothing:
      pair.mistakes.add(
        value.line, pair.path("hosts"), "has no host; allowed: a mapping of hosts")
    default: break
    }
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
