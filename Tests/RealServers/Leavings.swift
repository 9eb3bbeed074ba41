import Foundation
import Glibc
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

  /// Removes a directory, whose owner is no more, and the accounts that have their home below it.
  public static func remove(_ path: String) {
    removeAccounts(below: path)
    try? FileManager.default.removeItem(atPath: path)
    _ = paths.withLock { $0.remove(path) }
  }

  private static func removeAll() {
    for path in paths.withLock({ $0 }) {
      removeAccounts(below: path)
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  private static func removeAccounts(below path: String) {
    guard geteuid() == 0,
      let text = try? String(contentsOfFile: "/etc/passwd", encoding: .utf8), text.contains(path)
    else { return }
    for line in text.split(separator: "\n") where line.contains(":\(path)/") {
      guard let name = line.split(separator: ":").first else { continue }
      // Another test may be changing the accounts.
      for _ in 0..<100 where getpwnam(String(name)) != nil {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/userdel")
        process.arguments = [String(name)]
        (process.standardOutput, process.standardError) = (nil, FileHandle.nullDevice)
        try? process.run()
        process.waitUntilExit()
        if process.terminationStatus == 0 { break }
        usleep(50_000)
      }
    }
  }
}
