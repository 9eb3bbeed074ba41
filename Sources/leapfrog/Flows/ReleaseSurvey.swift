import Foundation
import LeapfrogControl
import LeapfrogCore

/// Looks how a pair stands on each of its hosts before anything is changed.
struct ReleaseSurvey: Sendable {
  let context: Context
  let members: [PairConfiguration]
  /// How many of its last upgrades each host is asked for.
  var upgrades = 1
  /// Whether nobody is asked for anything, and nothing is put on a host.
  var looksOnly = false

  /// How it stands on one host; one that does not answer has no status, and is told later.
  struct Found: Sendable {
    let pair: PairConfiguration
    let status: PairStatus?
    /// What the host answered instead.
    var refusal: Failure?
    /// Its upgrades, newest first.
    var upgrades: [ReleaseStatus] = []
    /// Whether sites are on the commit that they were moved to last.
    var isWhereItWasMoved: Bool {
      lastMove?.commit.map { status?.isUsed($0) == true } ?? false
    }

    /// The link that it was asked over.
    var link: HostLink?

    /// Its last upgrade.
    var last: ReleaseStatus? { upgrades.first }

    /// The last one that it has something to go back from.
    var lastMove: ReleaseStatus? { upgrades.first { !$0.moved.isEmpty } }

    /// Whether the pair was never made there, which is no riddle.
    var hasNoPair: Bool { refusal == .noPair(pair.spec.name, in: pair.spec.root) }

    /// Whether nobody can tell how it stands, since the host does not answer or has something wrong.
    var isUnknown: Bool { status == nil && !hasNoPair }

    /// Whether no site is meant to be there, and none is.
    var isBare: Bool { pair.spec.sites.isEmpty && status?.sites.isEmpty != false }

    /// Whether something is under way or was interrupted there; true also where that is unknown.
    var isAtWork: Bool {
      guard let status else { return isUnknown }
      return status.release.map { !$0.state.isOver } ?? false || !status.stuckReleases.isEmpty
    }

    /// Whether the pair is there with its sites.
    var isMade: Bool { status?.sites.contains { $0.platform != nil } ?? false }
  }

  /// Seconds that the hosts which answer wait for one that does not, where it can speak for itself later.
  static var hurry: Double {
    let seconds = ProcessInfo.processInfo.environment["LEAPFROG_SURVEY_TIMEOUT"].flatMap(
      Double.init)
    return seconds.flatMap { $0.isFinite ? min(max($0, 0.1), patience) : nil } ?? 4
  }
  /// Seconds for a host that has to be asked: more than a connection and an answer may take.
  static let patience = 120.0

  /// All hosts at once.
  func look(within seconds: Double = Self.patience) async -> [Found] {
    await withTaskGroup(of: Found.self) { group in
      for pair in members {
        group.addTask {
          let found = try? await Waiting.within(seconds, late: .failed("late")) {
            try await look(at: pair)
          }
          return found ?? Found(pair: pair, status: nil)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// All hosts at once; a member that is alone is not asked.
  func surveyed() async -> [Found] {
    members.count > 1 ? await look() : members.map { Found(pair: $0, status: nil) }
  }

  /// Those that are meant, in the order of the members, as far as that can be seen; one that is alone is always.
  ///
  /// - Throws: `none` where there is no such host.
  private func choose(
    _ surveyed: [Found], where isMeant: (Found) -> Bool, else none: @autoclosure () -> Failure
  ) throws -> [Found] {
    guard members.count > 1 else { return surveyed }
    let found = surveyed.filter(isMeant)
    guard !found.isEmpty else { throw none() }
    return members.compactMap { pair in found.first { $0.pair.host == pair.host } }
  }

  /// Those where something is under way or was interrupted.
  func atWork(_ surveyed: [Found]) throws -> [Found] {
    let name = members[0].spec.name
    return try choose(
      surveyed, where: \.isAtWork,
      else: .refused(
        "nothing of \(name) is under way or was interrupted on \(hosts)",
        remedy: "leapfrog status \(name)"))
  }

  /// Those where the pair has to be made.
  func membersToMake() async throws -> [PairConfiguration] {
    let name = members[0].spec.name
    return try choose(
      await surveyed(), where: { !$0.isMade },
      else: .refused(
        "\(name) is a pair already, with sites on it, on \(hosts)",
        remedy: "leapfrog upgrade \(name) REF")
    ).map(\.pair)
  }

  private var hosts: String { Formats.names(members.map(\.host)) }

  private func look(at pair: PairConfiguration) async throws -> Found {
    let link = try context.link(to: pair.host, looksOnly: looksOnly)
    let host = try context.host(of: pair, link: link)
    do {
      let status = try await host.status()
      let upgrades = try await host.history(limit: upgrades, kind: .upgrade)
      return Found(pair: pair, status: status, upgrades: upgrades, link: link)
    } catch {
      guard await link.isAnswered else { throw error }
      return Found(pair: pair, status: nil, refusal: Failure(error), link: link)
    }
  }
}

extension [ReleaseSurvey.Found] {
  /// The newest upgrade that any of the hosts had.
  func newestUpgrade(where isMeant: (ReleaseStatus) -> Bool = { _ in true }) -> ReleaseStatus? {
    compactMap(\.last).filter(isMeant).max { $0.moment < $1.moment }
  }
}

extension [ReleaseSurvey.Found] {
  /// The hosts that the newest upgrade reached: they were moved to its commit last, and no host was moved to
  /// another one since. One that was left on a commit to which the others came back is none.
  var hostsOfNewestUpgrade: [String] {
    let newest = newestUpgrade()
    return filter { found in
      guard let last = found.lastMove, last.commit == newest?.commit else { return false }
      return !contains {
        $0.upgrades.contains {
          !$0.moved.isEmpty && $0.commit != last.commit && $0.moment > last.moment
        }
      }
    }.map(\.pair.host)
  }
}

extension ReleaseStatus {
  /// By what it is newer than another, in milliseconds; only without a stamp the host's own clock counts.
  var moment: Int64 { stamp ?? Int64(started.timeIntervalSince1970 * 1000) }
}
