import ArgumentParser
import LeapfrogCore

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Back up sites by hand while they stay open.",
    discussion: """
      EXAMPLES:
        leapfrog backup acme
        leapfrog backup acme --site shop.example.com
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only this site; may be given several times.", completion: .sites) var site:
    [String] = []

  func run() async throws {
    try await global.run { context in
      let members = try context.configuration.group(pair).members(on: place.host, with: site)
      return try await Spreading(context: context, members: members).run("backup") {
        context, pair in
        let host = try context.host(of: pair)
        let sites = site.filter { pair.spec.site($0) != nil }
        return try await context.carryOut(try context.order(.backup, pair, sites: sites), on: host)
      }
    }
  }
}
