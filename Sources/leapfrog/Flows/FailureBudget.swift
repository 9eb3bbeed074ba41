import LeapfrogControl
import LeapfrogCore
import Synchronization

/// How many sites may fail in a release on several hosts: one number for all of them. Each host keeps to
/// what was left when it began; when the rest is used up elsewhere, it is told to begin no more.
final class FailureBudget: Sendable {
  /// Tells a host to begin no more sites of a release.
  typealias Halt = @Sendable (_ host: String, _ release: Int64) async -> Void

  /// Thrown where something would be begun after the last failure that was left.
  struct UsedUp: Error {}

  private struct State {
    var left: Int
    /// The releases under way, by host.
    var watched: [String: Int64] = [:]
    var isHalted = false
  }

  private let state: Mutex<State>
  private let halt: Halt

  /// - Parameter failures: how many may fail; with none left no host begins any more.
  init(_ failures: Int, halt: @escaping Halt) {
    state = Mutex(State(left: failures, isHalted: failures <= 0))
    self.halt = halt
  }

  /// For the hosts of a pair.
  convenience init(_ failures: Int, of members: [PairConfiguration], _ context: Context) {
    self.init(failures) { host, release in
      guard let pair = members.first(where: { $0.host == host }) else { return }
      // A link of its own: the other one is at work.
      let link = try? context.host(of: pair)
      _ = try? await link?.control(.halt, of: release, actor: context.actor)
      await link?.link.close()
    }
  }

  /// How many more may fail.
  var left: Int { state.withLock { $0.left } }

  var isUsedUp: Bool { left <= 0 }

  /// A host is at work on a release from now on.
  func watch(_ release: Int64, on host: String) async {
    let isTooLate = state.withLock { state in
      state.watched[host] = release
      return state.isHalted
    }
    if isTooLate { await halt(host, release) }
  }

  /// A host is at work no more.
  func leave(_ host: String) { state.withLock { $0.watched[host] = nil } }

  /// Looks whether an event is a failure.
  func count(_ event: Event) {
    guard event.kind == .siteFinished, ["back", "stuck", "attention"].contains(event.outcome)
    else { return }
    let underWay = state.withLock { state -> [String: Int64] in
      state.left -= 1
      guard state.left == 0 else { return [:] }
      state.isHalted = true
      return state.watched
    }
    for (host, release) in underWay { Task { await halt(host, release) } }
  }
}
