import LeapfrogControl
import LeapfrogCore

/// A line of `site list`.
struct SiteRow: Encodable {
  var name: String
  var host: String
  var platform: PlatformName?
  var state: String
  var aliases: [String]

  /// The configured sites, and those that the host has and the configuration does not.
  static func rows(_ pair: PairConfiguration, _ status: PairStatus) -> [SiteRow] {
    let seated = status.sites.reduce(into: [String: SiteStatus]()) { $0[$1.name] = $1 }
    let configured = pair.spec.sites.map { site in
      SiteRow(
        name: site.name, host: pair.host, platform: seated[site.name]?.platform,
        state: seated[site.name]?.state.rawValue ?? "not seated", aliases: site.aliases)
    }
    let others = status.sites.filter { pair.spec.site($0.name) == nil }.map { site in
      SiteRow(
        name: site.name, host: pair.host, platform: site.platform,
        state: "not in the configuration", aliases: [])
    }
    return configured + others
  }

  var cells: [String] {
    [name, host, platform?.rawValue ?? "-", state, aliases.joined(separator: " ")]
  }
}

/// What `site show` says of one site.
struct SiteDetail: Encodable {
  var site: SiteSpec
  var data: String
  var status: SiteStatus?

  var rows: [[String]] {
    facts + links + commands
  }

  private var facts: [[String]] {
    [
      ["site", site.name],
      ["domains", site.domains.joined(separator: " ")],
      ["platform", status?.platform?.rawValue ?? "not seated"],
      ["state", status?.state.rawValue ?? "-"],
      ["data", data],
      ["database", site.database.map(Self.text) ?? "none"],
    ]
  }

  private var links: [[String]] {
    site.links.sorted { $0.key < $1.key }.map { ["link", "\($0.key) -> \($0.value)"] }
  }

  private var commands: [[String]] {
    SiteCommands.byName.map { ($0.name, site.commands[keyPath: $0.path]) }
      .filter { !$0.1.isNone }.map { [$0.0, $0.1.summary] }
  }

  private static func text(_ database: DatabaseSpec) -> String {
    switch database {
    case .sqlite(let path): "sqlite \(path)"
    case .server(let server): "\(server.engine.rawValue) \(server.name ?? "of the app's settings")"
    }
  }
}
