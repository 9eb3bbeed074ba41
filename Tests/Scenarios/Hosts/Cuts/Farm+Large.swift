import Foundation
import Testing

extension Farm {
  /// The third version with much code, which takes its time on a road.
  static let largeRef = "v3-large"

  /// A pair on v2 with a large third version to go to, which the controller has fetched; the updates
  /// take a moment.
  static func beforeLarge() throws -> Farm {
    let farm = try onV2()
    let made = try Shell.run(
      "/bin/sh", ["-c", makeLarge, "sh", largeRef], in: farm.repository)
    guard made.status == 0 else { throw KitError(made.text) }
    try farm.must("plan", "acme", largeRef)
    let script = farm.directory.appendingPathComponent("update")
    let text = try String(contentsOf: script, encoding: .utf8)
    let slower = text.replacingOccurrences(of: "\nexec ", with: "\nsleep 0.4\nexec ")
    try Data(slower.utf8).write(to: script)
    return farm
  }

  private static let makeLarge = """
    set -eu
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    git checkout -q v3
    mkdir large
    for i in $(seq 48); do head -c 250000 /dev/urandom > large/$i; done
    git add large
    git commit -q -m "Much code"
    git tag -a -m large "$1"
    """
}
