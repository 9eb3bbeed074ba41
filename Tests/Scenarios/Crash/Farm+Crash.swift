import Foundation
import Testing

/// What the crash tests need of a pair: an update that leaves a trace and can be held, bounded
/// commands, and a look at every effect.
extension Farm {
  /// A pair of two sites on v2 whose update is logged; with `breaks`, v3 fails on the second.
  static func onV2(breaks: Bool = false, extra: String = "") throws -> Farm {
    let farm = try Farm(sites: ["one.example.com", "two.example.com"], extra: extra)
    try farm.logUpdates()
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2")
    for site in farm.sites { try farm.write("kept", to: farm.data(site), "files/upload.txt") }
    if breaks {
      _ = try farm.sql(
        farm.sites[1], "INSERT INTO post (title, body, slug) VALUES ('x', 'y', 'welcome')")
    }
    try FileManager.default.removeItem(at: farm.updateLog)
    return farm
  }

  private func write(_ text: String, to directory: URL, _ path: String) throws {
    try Data(text.utf8).write(to: directory.appendingPathComponent(path))
  }

  /// The app's update notes that it runs, and waits while the file `hold` is there (150 s at most).
  private func logUpdates() throws {
    let script = """
      #!/bin/sh
      set -eu
      root=$LEAPFROG_SITE_DATA/../..
      echo "$LEAPFROG_SITE $LEAPFROG_REF" >> "$root/updates"
      turns=0
      while [ -e "$root/hold" ] && [ $turns -lt 3000 ]; do sleep 0.05; turns=$((turns + 1)); done
      exec ./bin/update
      """
    let path = directory.appendingPathComponent("update").path
    try Data(script.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let text = try String(contentsOf: configuration, encoding: .utf8)
    let logged = text.replacingOccurrences(
      of: "update: [./bin/update]",
      with: "update: [\(path)]\n          requirements: [/bin/true]")
    try Data(logged.utf8).write(to: configuration)
  }

  /// A pair in the same state in a directory of its own, on the same host or on another; the original
  /// must outlive it.
  func twin(on host: FarHost? = nil) throws -> Farm {
    let other = try Farm(sitesOf: self, on: host)
    for name in ["root", "state", "leapfrog.yml"] {
      let from = directory.appendingPathComponent(name).path
      let copied = try Shell.run(
        "/bin/cp", ["-a", from, other.directory.appendingPathComponent(name).path], in: directory)
      guard copied.status == 0 else { throw KitError(copied.text) }
    }
    for file in [other.configuration, other.root.appendingPathComponent(".leapfrog/pair.json")] {
      let text = try String(contentsOf: file, encoding: .utf8)
      let (from, to) = ("host: \(hostName)\n", "host: \(other.hostName)\n")
      let moved = text.replacingOccurrences(of: root.path, with: other.root.path)
        .replacingOccurrences(of: from, with: to)
      try Data(moved.utf8).write(to: file)
    }
    return other
  }

  private var hostName: String { farHost == nil ? HostUnderTest.name : FarHost.name }

  // MARK: Running, never without a bound

  func cli(_ arguments: String..., failpoints: String? = nil) throws -> Outcome {
    try running(arguments, failpoints: failpoints).end()
  }

  func running(_ arguments: [String], failpoints: String? = nil) throws -> Running {
    try Running(
      "leapfrog", arguments, of: self,
      environment: failpoints.map { ["LEAPFROG_FAILPOINTS": $0] } ?? [:])
  }

  /// `leapfrog-host recover`.
  func recover() throws -> Outcome {
    try Running("leapfrog-host", ["recover", root.path, "--wait", "60"], of: self).end(within: 180)
  }

  // MARK: Holding the update

  var updateLog: URL { root.appendingPathComponent("updates") }

  /// How often a site's update ran.
  func updates(of site: String) -> Int {
    let text = (try? String(contentsOf: updateLog, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").count { $0.hasPrefix("\(site) ") }
  }

  func hold() throws { try write("", to: root, "hold") }

  func letGo() throws {
    try FileManager.default.removeItem(at: root.appendingPathComponent("hold"))
  }

  /// Waits until the update of a site has begun.
  func waitForUpdate(of site: String) -> Bool { Bounded.wait { updates(of: site) > 0 } }
}
