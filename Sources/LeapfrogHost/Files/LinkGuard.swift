import Glibc
import Synchronization

/// The rule that no link is followed below a directory that others can write.
struct LinkGuard: Sendable {
  /// False only where a test wants to see that it finds what the rule keeps out.
  let isOn: Bool
  /// What every `openat(2)` gets of a name that others can exchange.
  var flags: Int32 { isOn ? O_NOFOLLOW | O_CLOEXEC : O_CLOEXEC }

  #if DEBUG
    /// How many exchanges were noticed below a directory that a test watches, and whether the rule holds there.
    static let watched = Mutex<[String: (isOn: Bool, noticed: Int)]>([:])

    init(below path: String) {
      isOn = Self.watched.withLock { all in
        all.first { path.hasPrefix($0.key) }?.value.isOn ?? true
      }
    }

    /// Takes note of a path that was another thing when it was opened than when it was looked at.
    static func note(_ path: String) {
      watched.withLock { all in
        for key in all.keys where path.hasPrefix(key) { all[key]?.noticed += 1 }
      }
    }
  #else
    init(below path: String) { isOn = true }

    static func note(_ path: String) {}
  #endif
}
