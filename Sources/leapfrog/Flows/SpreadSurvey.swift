import LeapfrogControl
import LeapfrogCore

/// Asks all hosts of a pair how it stands there, before anything is begun.
struct SpreadSurvey: Sendable {
  let context: Context
  let members: [PairConfiguration]

  /// What a host said.
  struct Answer: Sendable {
    let pair: PairConfiguration
    let link: HostLink
    let status: PairStatus
    /// The last upgrade.
    let last: ReleaseStatus?
  }

  /// Seconds that the hosts which answer wait for one that does not: it speaks for itself later.
  private static let patience = 4.0

  /// The answers; a host that does not answer in time has none.
  func take() async -> [Answer] {
    await withTaskGroup(of: Answer?.self) { group in
      for pair in members {
        group.addTask {
          try? await Waiting.within(Self.patience, late: .failed("late")) { await ask(pair) }
        }
      }
      return await group.reduce(into: []) { answers, answer in
        if let answer { answers.append(answer) }
      }
    }
  }

  private func ask(_ pair: PairConfiguration) async -> Answer? {
    guard let link = try? context.link(to: pair.host),
      let host = try? context.host(of: pair, link: link), let status = try? await host.status()
    else { return nil }
    let last = try? await host.history(limit: 100).first { $0.kind == .upgrade }
    return Answer(pair: pair, link: link, status: status, last: last)
  }
}
