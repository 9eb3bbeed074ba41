import ArgumentParser
import LeapfrogCore

struct AbortCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abort", abstract: "Undo what was interrupted or is under way.",
    discussion: """
      Sites that are not open again yet go back as they were, and no other is
      begun; a command of the app that is running comes to its end first. Sites
      that moved stay: `leapfrog rollback` takes them back.

      EXAMPLE: leapfrog abort acme
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String

  func run() async throws {
    try await global.run { context in
      let host = try await context.host(of: try context.pair(pair))
      let started = try await host.control(.abort, actor: context.actor)
      let status = try await context.follow(started, on: host)
      return status == 1 ? 0 : status
    }
  }
}
