import LeapfrogControl
import LeapfrogCore

/// Looks how a pair stands on each of its hosts before anything is changed.
struct ReleaseSurvey: Sendable {
  let context: Context
  let members: [PairConfiguration]

  /// How it stands on one host; one that does not answer has no status, and is told later.
  struct Found: Sendable {
    let pair: PairConfiguration
    let status: PairStatus?
    /// Its last upgrade.
    let last: ReleaseStatus?
  }

  /// All hosts at once, each for as long as a connection may take.
  func look() async -> [Found] {
    await withTaskGroup(of: Found.self) { group in
      for pair in members { group.addTask { await look(at: pair) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func look(at pair: PairConfiguration) async -> Found {
    guard let link = try? context.link(to: pair.host, patience: .zero),
      let host = try? context.host(of: pair, link: link), let status = try? await host.status()
    else { return Found(pair: pair, status: nil, last: nil) }
    let last = try? await host.history(limit: 100).first { $0.kind == .upgrade }
    await link.close()
    return Found(pair: pair, status: status, last: last)
  }
}

extension [ReleaseSurvey.Found] {
  /// The newest upgrade that any of the hosts had.
  func newestUpgrade(where isMeant: (ReleaseStatus) -> Bool = { _ in true }) -> ReleaseStatus? {
    compactMap(\.last).filter(isMeant).max { $0.started < $1.started }
  }
}
