import Foundation
import Testing

/// A pair with one site on v1, and how the site was before something silently goes wrong.
struct Trap {
  let farm: Farm
  let site = "one.example.com"
  private let database: Data
  private let page: String

  /// - Parameters:
  ///   - files: what the tag `bad`, made on v2, has besides.
  ///   - configure: sets the pair up further once the site is there.
  init(
    _ files: [String: String] = [:], base: String = "v2", extra: String = "",
    configure: (Farm) throws -> Void = { _ in }
  ) throws {
    farm = try Farm(sites: [site], extra: extra)
    try farm.must("init", "acme", "v1")
    try farm.commit("bad", on: base, files)
    try configure(farm)
    database = try Data(contentsOf: farm.database(site))
    page = try farm.page(site)
  }

  /// Upgrades; the command fails and says why, and the site serves as before, from the same platform
  /// and the same bytes.
  func expectCaught(
    within seconds: Double = 120, _ words: String..., closed: [String] = [],
    location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try farm.running(["upgrade", "acme", "bad"]).end(within: seconds)
    let shown = Comment("\(outcome.text)")
    #expect(outcome.status == 1, shown, sourceLocation: location)
    for word in words {
      #expect(outcome.text.contains(word), shown, sourceLocation: location)
    }
    #expect(try farm.platform(site) == "blue", shown, sourceLocation: location)
    #expect(try farm.page(site) == page, shown, sourceLocation: location)
    #expect(try Data(contentsOf: farm.database(site)) == database, shown, sourceLocation: location)
    #expect(try farm.closedSites() == closed, shown, sourceLocation: location)
    try expectNoUpdateWithoutBackup(location)
  }

  /// An update that began had its backup, which is good.
  private func expectNoUpdateWithoutBackup(_ location: SourceLocation) throws {
    let jobs = try FileManager.default.contentsOfDirectory(
      atPath: farm.inRoot(".leapfrog/jobs").path)
    guard jobs.contains(where: { $0.hasSuffix("-update") }) else { return }
    let backups = try farm.json("backups", "acme", "--site", site)["backups"] as? [[String: Any]]
    #expect(
      backups?.contains { $0["verified"] as? Bool == true } == true, sourceLocation: location)
  }

  /// What the update of `bad` printed, as far as it was kept.
  var output: Data {
    get throws {
      let jobs = farm.inRoot(".leapfrog/jobs")
      let names = try FileManager.default.contentsOfDirectory(atPath: jobs.path)
      guard let name = names.first(where: { $0.hasSuffix("-update") }) else { return Data() }
      return try Data(contentsOf: jobs.appendingPathComponent("\(name)/output"))
    }
  }
}

/// An `update` that does what its name says first, so that there is something to undo.
enum Update {
  static func script(_ text: String) -> [String: String] {
    [
      "bin/update": """
      #!/bin/sh
      database=$LEAPFROG_SITE_DATA/data/site.sqlite
      sqlite3 "$database" 'DELETE FROM post; PRAGMA user_version = 2'
      \(text)

      """
    ]
  }
}
