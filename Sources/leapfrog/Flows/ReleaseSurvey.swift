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
    /// The link that it was asked over.
    var link: HostLink?
  }

  /// Seconds that the hosts which answer wait for one that does not: it speaks for itself later.
  private static let patience = 4.0

  /// All hosts at once.
  func look() async -> [Found] {
    await withTaskGroup(of: Found.self) { group in
      for pair in members {
        group.addTask {
          let found = try? await Waiting.within(Self.patience, late: .failed("late")) {
            try await look(at: pair)
          }
          return found ?? Found(pair: pair, status: nil, last: nil)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func look(at pair: PairConfiguration) async throws -> Found {
    let link = try context.link(to: pair.host)
    let host = try context.host(of: pair, link: link)
    let status = try await host.status()
    let last = try? await host.history(limit: 100).first { $0.kind == .upgrade }
    return Found(pair: pair, status: status, last: last, link: link)
  }
}

extension [ReleaseSurvey.Found] {
  /// The newest upgrade that any of the hosts had.
  func newestUpgrade(where isMeant: (ReleaseStatus) -> Bool = { _ in true }) -> ReleaseStatus? {
    compactMap(\.last).filter(isMeant).max { $0.started < $1.started }
  }
}
