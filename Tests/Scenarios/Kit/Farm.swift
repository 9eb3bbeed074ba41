import Foundation
import RealServers
import Testing

/// A pair in a temporary directory: repository, configuration, root. Removed with its owner.
final class Farm: Sendable {
  let directory: URL
  let sites: [String]
  /// The host that it is on, where that is another than most scenarios have.
  let farHost: FarHost?

  var repository: URL { directory.appendingPathComponent("repository") }
  var root: URL { directory.appendingPathComponent("root") }
  var configuration: URL { directory.appendingPathComponent("leapfrog.yml") }

  /// Makes a pair `acme` with sites named `one`, `two`, … of the demo repository; nothing is run yet.
  init(
    sites: [String] = ["one.example.com", "two.example.com", "three.example.com"],
    extra: String = "", siteExtra: String = ""
  ) throws {
    self.sites = sites
    farHost = nil
    directory = URL(fileURLWithPath: "/tmp").appendingPathComponent("leapfrog-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    Leavings.add(directory.path)
    try Self.copyDemo(to: repository)
    try configure(extra: extra, siteExtra: siteExtra)
  }

  /// An empty directory for another pair's sites, in memory where that is possible: many such pairs
  /// must not wait for the disk that others write to.
  init(sitesOf other: Farm, on host: FarHost? = nil) throws {
    (sites, farHost) = (other.sites, host)
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm")
    directory = URL(fileURLWithPath: memory ? "/dev/shm" : "/tmp")
      .appendingPathComponent("leapfrog-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    Leavings.add(directory.path)
  }

  /// A directory for the same pair on one of several hosts; nothing is in it yet.
  init(sites: [String], in directory: URL) throws {
    (self.sites, self.directory, farHost) = (sites, directory, nil)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    Leavings.add(directory.path)
  }

  deinit { Leavings.remove(directory.path) }

  /// Writes `leapfrog.yml` for the sites.
  func configure(sites named: [String]? = nil, extra: String = "", siteExtra: String = "") throws {
    let blocks = (named ?? sites).map { name in
      """
            \(name):
              aliases: [www.\(name)]
              links: {"config/\(name).ini": "local.ini"}
              database: {engine: sqlite, path: data/site.sqlite}
              commands:
                install: [./bin/install]
                update: [./bin/update]
                pending: [./bin/pending]
      \(siteExtra)
      """
    }
    let text = """
      pairs:
        acme:
          repository: \(repository.path)
          host: \(HostUnderTest.name)
          root: \(root.path)
          app: command
      \(extra)
          sites:
      \(blocks.joined(separator: "\n"))
      """
    try Data(text.utf8).write(to: configuration)
  }

  /// The demo repository is made once and copied.
  private static func copyDemo(to url: URL) throws { try demo.get().copy(to: url) }

  private static let demoURL = URL(fileURLWithPath: "/tmp").appendingPathComponent(
    "leapfrog-demo-\(UUID().uuidString)")

  private static let demo = Result {
    let url = demoURL
    atexit { try? FileManager.default.removeItem(at: Farm.demoURL) }
    let made = try Shell.run(
      Shell.project.appendingPathComponent("scripts/lib/demo-repository").path, [url.path],
      in: Shell.project)
    guard made.status == 0 else { throw KitError(made.text) }
    return Template(url: url)
  }

  // MARK: Running

  /// The environment of every command: nothing of the machine's own state is used.
  var environment: [String: String] {
    ["LEAPFROG_STATE": directory.appendingPathComponent("state").path, "NO_COLOR": "1"]
      .merging(farHost?.environment ?? HostUnderTest.environment) { $1 }
  }

  /// Runs `leapfrog`.
  @discardableResult
  func leapfrog(_ arguments: String..., environment extra: [String: String] = [:]) throws -> Outcome
  {
    try leapfrog(arguments, environment: extra)
  }

  @discardableResult
  func leapfrog(_ arguments: [String], environment extra: [String: String] = [:]) throws -> Outcome
  {
    try Shell.run(
      Shell.products.appendingPathComponent("leapfrog").path, arguments, in: directory,
      environment: environment.merging(extra) { $1 })
  }

  /// Starts `leapfrog` without waiting for it.
  func start(_ arguments: [String], environment extra: [String: String] = [:]) throws -> Process {
    try Shell.start(
      Shell.products.appendingPathComponent("leapfrog").path, arguments, in: directory,
      environment: environment.merging(extra) { $1 },
      output: directory.appendingPathComponent("started.out"),
      error: directory.appendingPathComponent("started.err"))
  }

  /// Runs `leapfrog-host`.
  @discardableResult
  func host(_ arguments: String..., environment extra: [String: String] = [:]) throws -> Outcome {
    try Shell.run(
      Shell.products.appendingPathComponent("leapfrog-host").path, arguments, in: directory,
      environment: environment.merging(extra) { $1 })
  }

  /// Runs `leapfrog` and expects success.
  func must(_ arguments: String..., location: SourceLocation = #_sourceLocation) throws {
    let outcome = try leapfrog(arguments)
    try #require(outcome.status == 0, "\(arguments): \(outcome.text)", sourceLocation: location)
  }

  // MARK: Looking at the effect

  /// The SQL's answer from a site's database, asked by the real sqlite3.
  func sql(_ site: String, _ statement: String) throws -> String {
    let outcome = try Shell.run(
      "/usr/bin/sqlite3", ["-cmd", ".timeout 30000", database(site).path, statement], in: directory)
    guard outcome.status == 0 else { throw KitError(outcome.text) }
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func data(_ site: String) -> URL { root.appendingPathComponent("sites/\(site)") }
  func database(_ site: String) -> URL { data(site).appendingPathComponent("data/site.sqlite") }

  /// What visitors of a site would get: the page through the alias, by the platform it leads to.
  func page(_ domain: String) throws -> String {
    let url = root.appendingPathComponent("aliases/\(domain)/index.html")
    return String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }

  /// `blue` or `green`, by the live link.
  func platform(_ site: String) throws -> String {
    let path = root.appendingPathComponent("live/\(site)").path
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: path)
    return String(target.dropFirst(3))
  }

  /// The names of the sites in maintenance.
  func closedSites() throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("maintenance").path
    ).sorted()
  }

  /// `status --json`, the pair's entry.
  func status() throws -> [String: Any] {
    let outcome = try leapfrog("status", "acme", "--json")
    let document =
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    guard let pair = (document?["pairs"] as? [[String: Any]])?.first else {
      throw KitError(outcome.text)
    }
    return pair
  }
}

/// A directory that is copied for each test.
struct Template: Sendable {
  let url: URL

  func copy(to other: URL) throws {
    let copied = try Shell.run("/bin/cp", ["-a", url.path, other.path], in: url)
    guard copied.status == 0 else { throw KitError(copied.text) }
  }
}

/// A fault of the tests' own tools.
struct KitError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
