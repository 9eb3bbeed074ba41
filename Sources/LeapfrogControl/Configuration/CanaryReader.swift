import LeapfrogCore

/// Reads what goes first in a release: sites, and hosts where the pair is on several.
struct CanaryReader {
  let section: Section

  /// - Parameter places: each host with the names of its sites.
  func read(_ places: [(host: String, sites: [String])]) -> (sites: [String], hosts: [String]) {
    let sites = places.flatMap(\.sites)
    let hosts = places.count > 1 ? places.map(\.host) : []
    var names: [String] = []
    for item in section.items("canary", of: hosts.isEmpty ? "sites" : "sites and hosts") {
      guard let name = section.text(of: item.value, path: item.path, .canary) else { continue }
      if let fault = fault(in: name, after: names, of: sites, hosts) {
        section.mistakes.add(item.value.line, item.path, "\(Printable.quoted(name)) \(fault)")
      } else {
        names.append(name)
      }
    }
    return (names.filter(sites.contains), Self.hosts(of: names, places))
  }

  /// The hosts that are named, or have a site that is, each once.
  private static func hosts(
    of names: [String], _ places: [(host: String, sites: [String])]
  ) -> [String] {
    names.compactMap { name in
      places.first { $0.sites.contains(name) }?.host ?? places.first { $0.host == name }?.host
    }.reduce(into: []) { known, host in if !known.contains(host) { known.append(host) } }
  }

  private func fault(
    in name: String, after names: [String], of sites: [String], _ hosts: [String]
  ) -> String? {
    if names.contains(name) { return "is named twice; allowed: each once" }
    if sites.contains(name) || hosts.contains(name) { return nil }
    let meant =
      Nearest.match(name, among: sites + hosts).map { "; did you mean `\($0)`?" } ?? ""
    let (one, all) = hosts.isEmpty ? ("site", "sites") : ("site or host", "sites and hosts")
    return "is no \(one) of the pair\(meant); allowed: the names of its \(all)"
  }
}
