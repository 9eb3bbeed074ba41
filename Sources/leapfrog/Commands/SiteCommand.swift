import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct SiteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site", abstract: "List, show, add and remove the sites of a pair.",
    discussion: "leapfrog.yml says what a site is; these bring the host in line with it.",
    subcommands: [List.self, Show.self, Add.self, Remove.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The sites of a pair, and where they are.",
      discussion: "EXAMPLE: leapfrog site list acme")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var place: HostOptions
    @Argument(help: "The pair.", completion: .pairs) var pair: String

    func run() async throws {
      try await global.run { context in
        let members = try place.members(of: pair, context)
        let found = try await Gathering(context: context, members: members).ask {
          SiteRow.rows($0, try await $1.status())
        }
        let rows = found.values.flatMap(\.value)
        try context.console.document(found.document(["sites": rows]))
        context.console.table(
          [["SITE", "HOST", "PLATFORM", "STATE", "ALIASES"]] + rows.map(\.cells))
        return found.exitStatus
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What one site is, and how it stands.",
      discussion: "EXAMPLE: leapfrog site show acme shop.example.com")
    @OptionGroup var global: GlobalOptions
    @Argument(help: "The pair.", completion: .pairs) var pair: String
    @Argument(help: "The site.", completion: .sites) var site: String

    func run() async throws {
      try await global.run { context in
        let pair = try context.member(pair, with: site)
        guard let spec = pair.spec.site(site) else { throw context.unknownSite(site, pair) }
        let status = try await context.host(of: pair).status().sites.first { $0.name == site }
        let detail = SiteDetail(site: spec, data: "\(pair.spec.root)/sites/\(site)", status: status)
        try context.console.document(detail)
        context.console.table(detail.rows)
        return 0
      }
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Seat a configured site that the host does not have yet.",
      discussion: "EXAMPLE: leapfrog site add acme new.example.com")
    @OptionGroup var global: GlobalOptions
    @Argument(help: "The pair.", completion: .pairs) var pair: String
    @Argument(help: "The site.", completion: .sites) var site: String

    func run() async throws {
      try await global.run { context in
        let pair = try context.member(pair, with: site)
        guard pair.spec.site(site) != nil else { throw context.unknownSite(site, pair) }
        let host = try context.host(of: pair)
        let status = try await host.status()
        let to = try Placement.forNewSite(status, option: context.hostOption(pair))
        let order = try context.order(.add, pair, to: to, sites: [site])
        return try await context.carryOut(order, on: host, Basis(fence: status.fence))
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a site away from the web server; its data and backups stay.",
      discussion: "EXAMPLE: leapfrog site remove acme old.example.com")
    @OptionGroup var global: GlobalOptions
    @Argument(help: "The pair.", completion: .pairs) var pair: String
    @Argument(help: "The site.", completion: .sites) var site: String
    @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false
    @Option(
      help: "The host, where the pair is on several and leapfrog.yml does not have the site.",
      completion: .hosts) var host: String?

    func run() async throws {
      try await global.run { context in
        let pair = try context.member(pair, with: site, on: host)
        let host = try context.host(of: pair)
        let status = try await host.status()
        guard status.sites.contains(where: { $0.name == site }) else {
          throw context.unknownSite(site, pair)
        }
        guard yes || context.console.confirms("\(site) will not be served any more. Go on?") else {
          throw Failure.refused(
            "removing \(site) takes it from its visitors",
            remedy:
              "leapfrog site remove \(pair.spec.name) \(site)\(context.hostOption(pair)) --yes")
        }
        return try await context.carryOut(
          try context.order(.remove, pair, sites: [site]), on: host, Basis(fence: status.fence))
      }
    }
  }
}
