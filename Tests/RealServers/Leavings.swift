import Foundation
import Synchronization

/// The directories of tests whose owners may live as long as the process: they go when it ends.
public enum Leavings {
  private static let paths = Mutex<Set<String>>([])
  private static let atEnd: Void = { atexit { Leavings.removeAll() } }()

  /// A directory that was made.
  public static func add(_ path: String) {
    _ = atEnd
    _ = paths.withLock { $0.insert(path) }
  }

  /// Removes a directory, whose owner is no more.
  public static func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
    _ = paths.withLock { $0.remove(path) }
  }

  private static func removeAll() {
    for path in paths.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
  }
}
