import Foundation

/// An app's stand-in: a repository with what its profile expects, and sites with data that exist
/// before the pair does.
struct StandIn {
  let farm: Farm
  let app: String
  /// The SQL that makes a site's database.
  let schema: String

  static let (one, two, three) = ("one.example.com", "two.example.com", "three.example.com")

  /// Replaces the farm's repository and configuration. The first tag is `v1`.
  init(_ app: String, schema: String, files: [String: String], siteExtra: String = "") throws {
    farm = try Farm()
    (self.app, self.schema) = (app, schema)
    try FileManager.default.removeItem(at: farm.repository)
    try FileManager.default.createDirectory(
      at: farm.repository, withIntermediateDirectories: true)
    try farm.git("init", "-q", "-b", "main", ".")
    try farm.git("config", "user.name", "demo")
    try farm.git("config", "user.email", "demo@example.com")
    try farm.write(configuration(siteExtra))
    for site in farm.sites { try makeData(of: site) }
    try write(files)
    try farm.commit("v1", [:])
  }

  private func configuration(_ siteExtra: String) -> String {
    let sites = farm.sites.map { site in
      "      \(site): {aliases: [www.\(site)], database: {engine: sqlite, path: db.sqlite}\(siteExtra)}"
    }
    return """
      pairs:
        acme:
          repository: \(farm.repository.path)
          root: \(farm.root.path)
          app: \(app)
          jobs: 3
          drain: 0
          sites:
      \(sites.joined(separator: "\n"))
      """
  }

  private func makeData(of site: String) throws {
    let data = farm.data(site)
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    try Data("<?php $settings['deployment_identifier'] = 'x';\n".utf8).write(
      to: data.appendingPathComponent("settings.php"))
    try sql(site, schema)
  }

  /// Writes files of the repository; those below a `bin` are made executable.
  func write(_ files: [String: String]) throws {
    for (path, text) in files {
      let url = farm.repository.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
      let mode = path.contains("bin/") ? 0o755 : 0o644
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }
  }

  /// The answer of a site's database.
  @discardableResult
  func sql(_ site: String, _ statement: String) throws -> String {
    let database = farm.data(site).appendingPathComponent("db.sqlite").path
    let outcome = try Shell.run(
      "/usr/bin/sqlite3", ["-cmd", ".timeout 30000", database, statement], in: farm.directory)
    guard outcome.status == 0 else { throw KitError(outcome.text) }
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func bytes(_ site: String) throws -> Data {
    try Data(contentsOf: farm.data(site).appendingPathComponent("db.sqlite"))
  }
}
