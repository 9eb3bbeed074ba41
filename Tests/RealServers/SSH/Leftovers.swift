import Foundation
import Glibc
import Synchronization

/// The namespaces of tests by name, which says whose they are, so that those of processes that were
/// killed can be found.
enum Leftovers {
  private static let last = Mutex(0)

  /// A name that no namespace has; short enough for a device.
  static func nextName() -> String {
    last.withLock {
      $0 += 1
      return "lf\(getpid())-\($0)"
    }
  }

  /// Removes what processes have left that are no more; once in this one.
  static let remove: Void = {
    let places = ["/run/netns", "/sys/class/net"]
    let names = places.flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
    }
    for name in Set(names) where isLeft(name) { remove(name) }
  }()

  /// Removes a namespace with all that runs in it, and the device that leads there.
  ///
  /// - Parameter place: the namespace with that device: the test's own network when nil.
  static func remove(_ name: String, reachedFrom place: String? = nil) {
    let inside = try? Tool.run(["ip", "netns", "pids", name])
    for pid in (inside ?? "").split(separator: "\n").compactMap({ pid_t($0) }) {
      kill(pid, SIGKILL)
    }
    _ = try? IP.attempt("link del \(name)", in: place)
    _ = try? IP.attempt("netns del \(name)")
  }

  private static func isLeft(_ name: String) -> Bool {
    guard let match = name.wholeMatch(of: /lf([0-9]+)-[0-9]+/), let pid = pid_t(match.1) else {
      return false
    }
    return kill(pid, 0) != 0 && errno == ESRCH
  }
}
