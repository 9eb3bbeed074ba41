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
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only this site; may be given several times.", completion: .sites) var site:
    [String] = []

  func run() async throws {
    try await global.run { context in
      let pair = try context.pair(pair)
      let host = try await context.host(of: pair)
      return try await context.carryOut(try context.order(.backup, pair, sites: site), on: host)
    }
  }
}
