import Foundation
import Testing

/// A pair whose own profile tells which change of code may update data: `*migrations/*.py`. The demo's own
/// migrations are in SQL, so that its releases look harmless and only its pending check knows.
extension Farm {
  /// A pair on v2 with a harmless release `next`; its sites note each time they are closed or refreshed.
  static func express(
    sites: [String] = ["one.example.com", "two.example.com"], drain: Int = 0
  ) throws -> Farm {
    let farm = try Farm(sites: sites)
    try farm.tellChanges(drain: drain)
    try farm.must("init", "acme", "v1")
    try farm.must("upgrade", "acme", "v2", "--no-express")
    try farm.commit("next", on: "v2", ["index.html": "<html><body>version next</body></html>\n"])
    try? FileManager.default.removeItem(at: farm.notes)
    return farm
  }

  /// Gives the configuration a profile with patterns, and sites that note what is done to them.
  func tellChanges(drain: Int = 0) throws {
    let text = try String(contentsOf: configuration, encoding: .utf8)
    let note = ["close", "open", "refresh"].map { word in
      "\(word): 'echo \(word) $LEAPFROG_SITE $LEAPFROG_REF >> $LEAPFROG_SITE_DATA/../../notes'"
    }
    let told = text.split(separator: "\n").flatMap { line -> [String] in
      let indent = String(line.prefix { $0 == " " })
      if line.hasSuffix("app: command") {
        return ["\(indent)app: demo", "\(indent)drain: \(drain)"]
      }
      return [String(line)] + (line.contains("./bin/pending") ? note.map { indent + $0 } : [])
    }.joined(separator: "\n")
    let profile = """
      profiles:
        demo:
          updates:
            - {path: "*migrations/*.py", change: added}

      """
    try write(profile + told)
  }

  func limitFailures(to count: Int) throws {
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try write(
      text.replacingOccurrences(of: "    drain:", with: "    max_failures: \(count)\n    drain:"))
  }

  var notes: URL { inRoot("notes") }

  /// What was done to the sites, a line each.
  func noted() throws -> [String] {
    guard FileManager.default.fileExists(atPath: notes.path) else { return [] }
    return try String(contentsOf: notes, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  func databases() throws -> [Data] { try sites.map { try Data(contentsOf: database($0)) } }

  /// Whether a platform has the site's link.
  func isSeated(_ site: String, on platform: String) -> Bool {
    let path = inRoot("\(platform)/config/\(site).ini").path
    return (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  /// The newest release of `history --json`.
  func newest() throws -> [String: Any] {
    let pairs = try json("history", "acme")["pairs"] as? [String: [[String: Any]]]
    return try #require(pairs?["acme"]?.first)
  }

  /// The failpoints that a command passes.
  func trace(_ arguments: [String], status: Int32 = 0) throws -> Set<String> {
    let file = directory.appendingPathComponent("trace")
    let outcome = try leapfrog(
      arguments, environment: ["LEAPFROG_FAILPOINTS_TRACE": file.path])
    #expect(outcome.status == status, "\(outcome.text)")
    return Set(
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init))
  }
}
