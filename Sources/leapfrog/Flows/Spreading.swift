import LeapfrogControl
import LeapfrogCore

/// Does the same on several hosts of a pair, side by side, and says how it went in all.
struct Spreading: Sendable {
  let context: Context
  /// The pair on each of the hosts.
  let members: [PairConfiguration]
  /// Whether it is something new, which no host begins once the failures are used up.
  var isNew = true

  /// What is done on one host; the status is the one to exit with.
  typealias Body = @Sendable (Context, PairConfiguration) async throws -> Int32

  /// Runs it on all hosts; those that go first one after the other, and when one of them does not do well,
  /// no other is begun.
  ///
  /// - Parameter what: what is done, for the summary.
  func run(_ what: String, first: [String] = [], _ body: @escaping Body) async throws -> Int32 {
    guard members.count > 1 else { return try await body(context, members[0]) }
    var results: [HostResult] = []
    for host in first {
      guard let member = members.first(where: { $0.host == host }) else { continue }
      if results.allSatisfy(\.isGood) { results.append(await perform(member, body)) }
    }
    if results.allSatisfy(\.isGood) {
      let rest = members.filter { pair in !results.contains { $0.host == pair.host } }
      results += await sideBySide(rest, body)
    }
    let begun = Set(results.map(\.host))
    results += members.filter { !begun.contains($0.host) }.map { notBegun($0.host) }
    let summary = SpreadSummary(
      what: what,
      results: members.compactMap { pair in results.first { $0.host == pair.host } })
    context.console.line(summary.line)
    return summary.exitStatus
  }

  private func sideBySide(_ members: [PairConfiguration], _ body: @escaping Body) async
    -> [HostResult]
  {
    await withTaskGroup(of: HostResult.self) { group in
      var (waiting, results) = (members[...], [HostResult]())
      for member in waiting.prefix(members.first?.hostsAtOnce ?? 1) {
        group.addTask { await perform(member, body) }
      }
      waiting = waiting.dropFirst(members.first?.hostsAtOnce ?? 1)
      for await result in group {
        results.append(result)
        guard let next = waiting.popFirst() else { continue }
        group.addTask { await perform(next, body) }
      }
      return results
    }
  }

  private func notBegun(_ host: String) -> HostResult {
    try? context.on(host).console.outcome("not begun")
    return .notBegun(host)
  }

  private func perform(_ pair: PairConfiguration, _ body: Body) async -> HostResult {
    let context = context.on(pair.host)
    do {
      if isNew { try context.requireBudget() }
      return .ended(pair.host, try await body(context, pair))
    } catch is FailureBudget.UsedUp {
      return notBegun(pair.host)
    } catch {
      let failure = Failure(error)
      context.console.fail(failure)
      return .failed(pair.host, failure)
    }
  }
}

/// How it went on one host.
enum HostResult: Sendable {
  case ended(_ host: String, _ status: Int32)
  case failed(_ host: String, Failure)
  case notBegun(_ host: String)

  var host: String {
    switch self {
    case .ended(let host, _), .failed(let host, _), .notBegun(let host): host
    }
  }

  /// The exit status that it would have alone.
  var status: Int32 {
    switch self {
    case .ended(_, let status): status
    case .failed(_, let failure): failure.exitStatus
    case .notBegun: 1
    }
  }

  var isGood: Bool { status == 0 }
}

/// How it went on all hosts.
struct SpreadSummary {
  let what: String
  let results: [HostResult]

  /// The exit status for all: partly, where one host has something of it and another has not all.
  var exitStatus: Int32 {
    let all = Set(results.map(\.status))
    if all.count == 1, let only = all.first { return only }
    if all.contains(5) { return 5 }
    if all.contains(0) || all.contains(3) { return 3 }
    return all.contains(1) ? 1 : all.max() ?? 1
  }

  var line: String {
    let parts = [
      part("done") { if case .ended(_, 0) = $0 { true } else { false } },
      part("partly done") { if case .ended(_, 3) = $0 { true } else { false } },
      part("failed") { result in
        switch result {
        case .ended(_, let status): status != 0 && status != 3 && status != 5
        case .failed: true
        case .notBegun: false
        }
      },
      part("in need of a look") { if case .ended(_, 5) = $0 { true } else { false } },
      part("not begun") { if case .notBegun = $0 { true } else { false } },
    ]
    return "\(what) on \(Formats.count(results.count, "host")): "
      + parts.compactMap { $0 }.joined(separator: "; ")
  }

  private func part(_ word: String, _ belongs: (HostResult) -> Bool) -> String? {
    let hosts = results.filter(belongs).map(\.host)
    guard !hosts.isEmpty else { return nil }
    return hosts.count == results.count
      ? "all \(word)" : "\(Formats.names(hosts, atMost: 5)) \(word)"
  }
}
