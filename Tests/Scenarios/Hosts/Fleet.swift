import Foundation
import RealServers
import Testing

/// A pair `acme` on several hosts that are reached through real servers of OpenSSH, with a root for each.
final class Fleet: Sendable {
  /// The controller's side: repository, configuration, mirrors.
  let controller: Farm
  /// The names of the hosts, in the order of the configuration.
  let hosts: [String]
  private let places: [String: Farm]
  private let client: SSHClientConfiguration
  private let servers: [String: SSHDServer]
  private let waits: Bool

  /// What the configuration says of a site below its name.
  typealias Block = @Sendable (String) -> String

  /// - Parameters:
  ///   - hosts: each with the names of its sites, without `.HOST.example.com`.
  ///   - servers: of the hosts that have one for themselves; the others share one.
  ///   - extra: lines of the pair.
  ///   - waits: whether a release waits a minute for what each host has to say, as a slow machine may need;
  ///     not where one of them says nothing at all.
  init(
    _ hosts: KeyValuePairs<String, [String]>, servers: [String: SSHDServer] = [:],
    extra: String = "", waits: Bool = true, block: @escaping Block = Fleet.demo
  ) throws {
    controller = try Farm(sites: [])
    self.hosts = hosts.map(\.key)
    var places: [String: Farm] = [:]
    for (host, sites) in hosts {
      let directory = controller.directory.appendingPathComponent(host)
      places[host] = try Farm(sites: sites.map { "\($0).\(host).example.com" }, in: directory)
    }
    (self.places, self.servers, self.waits) = (places, servers, waits)
    client = try SSHClientConfiguration(
      try self.hosts.map { name in
        let server = try servers[name] ?? SharedServer.made.get().server
        return .init(name, server, keys: [try SharedServer.made.get().key])
      })
    try configure(extra: extra, block: block)
  }

  /// The pair on one host: where it is, and what visitors see.
  subscript(host: String) -> Farm {
    get throws { try #require(places[host]) }
  }

  /// All sites with their hosts, in the order of the configuration.
  var sites: [(host: String, name: String)] {
    hosts.flatMap { host in (places[host]?.sites ?? []).map { (host, $0) } }
  }

  // MARK: leapfrog.yml

  /// Writes `leapfrog.yml`.
  ///
  /// - Parameter without: a site that it does not have.
  func configure(
    extra: String = "", without site: String? = nil, block: Block = Fleet.demo
  ) throws {
    let blocks = hosts.map { host in
      let sites = (places[host]?.sites ?? []).filter { $0 != site }
      return """
              \(host):
                root: \(places[host]?.root.path ?? "")
                sites:
        \(sites.map { "          \($0):\n\(block($0))" }.joined(separator: "\n"))
        """
    }
    try controller.write(
      """
      pairs:
        acme:
          repository: \(controller.repository.path)
          max_failures: 1
      \(extra)
          hosts:
      \(blocks.joined(separator: "\n"))
      """)
  }

  /// A site of the demo repository. Its update says that it began, and waits while the host's root
  /// has a file for that, for 150 seconds at most. It is not among the data, with which it would come back.
  static let demo: Block = { name in
    let update =
      #"touch $LEAPFROG_SITE_DATA/begun; n=0; "#
      + #"while [ -e $LEAPFROG_SITE_DATA/../../hold.$LEAPFROG_SITE ] "#
      + #"&& [ $n -lt 3000 ]; do sleep 0.05; n=$((n + 1)); done; exec ./bin/update"#
    return """
                  aliases: [www.\(name)]
                  links: {"config/\(name).ini": "local.ini"}
                  database: {engine: sqlite, path: data/site.sqlite}
                  commands:
                    install: [./bin/install]
                    update: '\(update)'
                    pending: [./bin/pending]
      """
  }

  // MARK: Running, never without a bound

  /// What commands need to reach the hosts.
  var environment: [String: String] {
    let survey = waits ? ["LEAPFROG_SURVEY_TIMEOUT": "60"] : [:]
    return survey.merging(["LEAPFROG_SSH_CONFIG": client.path]) { $1 }
  }

  /// Runs `leapfrog` to its end.
  @discardableResult
  func leapfrog(_ arguments: String...) throws -> Outcome {
    try running(arguments).end(within: 180)
  }

  /// Runs `leapfrog` and expects success.
  @discardableResult
  func must(_ arguments: String..., location: SourceLocation = #_sourceLocation) throws -> Outcome {
    let outcome = try running(arguments).end(within: 180)
    try #require(outcome.status == 0, "\(arguments): \(outcome.text)", sourceLocation: location)
    return outcome
  }

  /// Starts `leapfrog` without waiting for it.
  func running(_ arguments: [String]) throws -> Running {
    try Running("leapfrog", arguments, of: controller, environment: environment)
  }

  /// The document of a command with `--json`.
  func json(_ arguments: String..., status: Int32 = 0) throws -> [String: Any] {
    let outcome = try running(arguments + ["--json"]).end(within: 180)
    try #require(outcome.status == status, "\(arguments): \(outcome.text)")
    return try Farm.object(outcome.output)
  }

  // MARK: Looking at the effect

  /// The platform of each site by the live links, host by host.
  func platforms() throws -> [String: [String]] {
    try places.mapValues { place in try place.sites.map(place.platform) }
  }

  /// The version of the page that visitors of each site get, host by host; their databases must be of the
  /// same version.
  func versions() throws -> [String: [String]] {
    try places.mapValues { place in
      try place.sites.map { site in
        let version = try "\(page(of: site))"
        let data = try place.sql(site, "PRAGMA user_version")
        return version == "4" && data == "3" || version == data
          ? "v\(version)" : "v\(version)/\(data)"
      }
    }
  }

  /// The versions of all sites' pages.
  func pages() throws -> Set<Int> { try Set(sites.map { try page(of: $0.name) }) }

  /// The version of the page that visitors of a site get.
  func page(of site: String) throws -> Int {
    let place = try #require(places.values.first { $0.sites.contains(site) })
    let found = try place.page("www.\(site)").firstMatch(of: /version ([0-9]+)/)?.1
    return try #require(found.flatMap { Int($0) })
  }

  /// Whether no site is in maintenance.
  func isOpen() throws -> Bool { try places.values.allSatisfy { try $0.closedSites().isEmpty } }
}

/// One server for all fleets: it ends with the tests.
struct SharedServer: Sendable {
  private let keys: SSHKeys
  let key: SSHKeys.Key
  let server: SSHDServer

  static let made = Result {
    let keys = try SSHKeys()
    let key = try keys.make()
    return SharedServer(keys: keys, key: key, server: try SSHDServer(authorized: [key]))
  }

  /// A server of a host's own, where `leapfrog-host` is as soon as it is on the shared one.
  static func another(extra: [String] = []) throws -> SSHDServer {
    let shared = try made.get()
    return try SSHDServer(
      authorized: [shared.key], environment: ["HOME": shared.server.home], extra: extra)
  }
}
