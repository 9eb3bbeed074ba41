import ArgumentParser
import LeapfrogCore

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put one site's data back from a backup, where the site is.",
    discussion: """
      The site is closed meanwhile, and its present state is backed up first. The
      code stays: to go back to the old code as well, use `leapfrog rollback`.

      EXAMPLES:
        leapfrog restore acme shop.example.com
        leapfrog restore acme shop.example.com --backup 20261123T120501Z-4f2a
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Argument(help: "The site.", completion: .sites) var site: String
  @Option(help: "The backup; the last one when left out.") var backup: String?
  @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

  func run() async throws {
    try await global.run { context in
      let member = try context.configuration.group(pair).members(on: [], with: [site])[0]
      return try await Returning(context: context, pair: member).restore(
        site, backup: backup, yes: yes)
    }
  }
}
