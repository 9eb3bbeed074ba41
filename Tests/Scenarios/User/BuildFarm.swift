import Foundation
import Glibc
import RealServers
import Testing

/// A pair whose build is a script of its repository, and what it did.
final class BuildFarm: Sendable {
  let farm: Farm
  let name: String

  /// - Parameters:
  ///   - script: lines of the build, which the repository brings.
  ///   - extra: lines of the pair in leapfrog.yml.
  init(_ script: String, extra: String = "", sites: [String] = ["one.example.com"]) throws {
    farm = try Farm(sites: sites)
    // Of its own, so that the account has its first name whatever other tests do.
    name = "p\(UUID().uuidString.prefix(8).lowercased())"
    try farm.configure(extra: "    build: [./bin/make]\n\(extra)")
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    try farm.write(text.replacingOccurrences(of: "  acme:\n", with: "  \(name):\n"))
    try commit("built", script, on: "v2")
  }

  func commit(_ tag: String, _ script: String, on base: String) throws {
    try farm.commit(tag, on: base, ["bin/make": "#!/bin/sh\nset -e\n\(script)\n"])
  }

  var account: String { "leapfrog-build-\(name)" }
  var uid: uid_t? { getpwnam(account)?.pointee.pw_uid }

  func path(_ path: String, on platform: String = "blue") -> String {
    farm.inRoot("\(platform)/\(path)").path
  }

  func text(_ path: String, on platform: String = "blue") -> String? {
    (try? String(contentsOfFile: self.path(path, on: platform), encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func state(of platform: String) throws -> String? {
    let document = try farm.json("status", name)
    let pair = (document["pairs"] as? [[String: Any]])?.first
    let platforms = pair?["platforms"] as? [String: [String: Any]]
    return platforms?[platform]?["state"] as? String
  }

  /// Processes of the account.
  var processes: [String] {
    let found = try? Shell.run("/usr/bin/pgrep", ["-u", account], in: farm.directory)
    return found?.output.split(separator: "\n").map(String.init) ?? []
  }

  /// What somebody else than root could write below a platform, links left out.
  func writable(on platform: String = "blue") throws -> [String] {
    let place = farm.inRoot(platform)
    let found = try Shell.run(
      "/usr/bin/find",
      [
        place.path, "!", "-type", "l", "(", "!", "-uid", "0", "-o", "-perm", "/6022", ")",
        "-printf", "%P %u %m\n",
      ], in: place)
    return found.output.split(separator: "\n").map(String.init)
  }
}
