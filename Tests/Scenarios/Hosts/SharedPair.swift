import Foundation
import Testing

/// A pair at `v1` that many tests look at and none may change.
enum SharedPair {
  static let sites = ["one.example.com"]

  static let farm = Result {
    let farm = try Farm(sites: sites)
    let path = farm.directory.path
    registered(path)
    try farm.must("init", "acme", "v1")
    return farm
  }

  /// All of the pair that a release changes, and when it was changed.
  static func contents() throws -> String {
    let found = try Shell.run(
      "/bin/sh",
      ["-c", #"find . -path ./.leapfrog -prune -o -printf '%p %y %m %s %T@ %l\n' | sort"#],
      in: try farm.get().root)
    guard found.status == 0 else { throw KitError(found.text) }
    return found.output
  }

  nonisolated(unsafe) private static var path = ""

  /// What is static has no end of its own.
  private static func registered(_ path: String) {
    self.path = path
    atexit { try? FileManager.default.removeItem(atPath: SharedPair.path) }
  }
}
