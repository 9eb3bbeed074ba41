import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct RollbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Take sites back to the other platform, from their backups.",
    discussion: """
      Each site goes back to the code and the data that it had before its last
      upgrade. What visitors wrote since is lost to the site (it is kept in a backup
      that is made first), so it asks. A site whose last upgrade was express goes back
      to the code alone, with no downtime, and nothing is lost to it.

      EXAMPLES:
        leapfrog rollback acme
        leapfrog rollback acme --site shop.example.com --yes
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only this site; may be given several times.", completion: .sites) var site:
    [String] = []
  @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

  func run() async throws {
    try await global.run { context in
      try await Returning(context: context, pair: try context.pair(pair)).rollback(site, yes: yes)
    }
  }
}
