import LeapfrogCore

/// The programs that the sites of pairs need on their host.
enum Tools {
  /// Each once.
  static func needed(by pairs: [PairSpec]) -> [Tool] {
    let all = pairs.flatMap(\.sites).flatMap { site in
      (site.database.map(Engines.tools) ?? []) + FileBackups.tools(for: site.files)
    }
    return all.reduce(into: []) { found, tool in
      if !found.contains(tool) { found.append(tool) }
    }
  }
}
