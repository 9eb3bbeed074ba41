import Glibc
import Synchronization

/// The failpoints that the environment switches on, read once.
final class Armed: Sendable {
  enum Action: String { case kill, error, hang }

  static let shared = Armed(environment: getenv("LEAPFROG_FAILPOINTS").map { String(cString: $0) })

  private struct Entry {
    var name: String
    var action: Action
    var hitsLeft: Int
  }

  private let entries: Mutex<[Entry]>
  private let isEmpty: Bool

  init(environment: String?) {
    let parsed = (environment ?? "").split(separator: ",").compactMap { Self.entry(String($0)) }
    isEmpty = parsed.isEmpty
    entries = Mutex(parsed)
  }

  func action(at name: String) -> Action? {
    guard !isEmpty else { return nil }
    return entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.name == name && $0.hitsLeft > 0 }) else {
        return nil
      }
      entries[index].hitsLeft -= 1
      return entries[index].hitsLeft == 0 ? entries[index].action : nil
    }
  }

  private static func entry(_ text: String) -> Entry? {
    let parts = text.split(separator: ":").map(String.init)
    guard parts.count >= 2, let action = Action(rawValue: parts[1]) else { return nil }
    let hit = parts.count > 2 ? Int(parts[2]) ?? 1 : 1
    return Entry(name: parts[0], action: action, hitsLeft: max(1, hit))
  }
}
