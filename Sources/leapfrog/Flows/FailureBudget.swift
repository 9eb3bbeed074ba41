import LeapfrogCore
import Synchronization

/// How many sites may fail in a release on several hosts: one number for all of them. Each host keeps to
/// what was left when it began; when the rest is used up elsewhere, it is told to begin no more.
final class FailureBudget: Sendable {
  /// Tells a host to begin no more sites.
  typealias Halt = @Sendable (_ host: String) async -> Void

  /// Thrown where something would be begun after the last failure that was left.
  struct UsedUp: Error {}

  private struct State {
    var left: Int
    var watched: Set<String> = []
    var isHalted = false
  }

  private let state: Mutex<State>
  private let halt: Halt

  init(_ failures: Int, halt: @escaping Halt) {
    state = Mutex(State(left: failures))
    self.halt = halt
  }

  /// How many more may fail.
  var left: Int { state.withLock { $0.left } }

  var isUsedUp: Bool { left <= 0 }

  /// A host is at work from now on.
  func watch(_ host: String) async {
    let isTooLate = state.withLock { state in
      state.watched.insert(host)
      return state.isHalted
    }
    if isTooLate { await halt(host) }
  }

  /// A host is at work no more.
  func leave(_ host: String) { _ = state.withLock { $0.watched.remove(host) } }

  /// Looks whether an event is a failure.
  func count(_ event: Event) {
    guard event.kind == .siteFinished, ["back", "stuck", "attention"].contains(event.outcome)
    else { return }
    let hosts = state.withLock { state -> Set<String> in
      state.left -= 1
      guard state.left == 0 else { return [] }
      state.isHalted = true
      return state.watched
    }
    for host in hosts { Task { await halt(host) } }
  }
}
