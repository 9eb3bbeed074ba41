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
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String

  func run() async throws {
    try await global.run { context in
      let survey = ReleaseSurvey(context: context, members: try place.members(of: pair, context))
      let found = try survey.atWork(await survey.surveyed())
      return try await Spreading(context: context, members: found.map(\.pair))
        .run("abort") { context, pair in
          let own = found.first { $0.pair.host == pair.host }
          let host = try context.host(of: pair, link: own?.link)
          let fence =
            if let seen = own?.status { seen.fence } else { try await host.status().fence }
          let started = try await host.control(
            .abort, actor: context.actor, fence: fence)
          let status = try await context.follow(started, on: host)
          return status == 1 ? 0 : status
        }
    }
  }
}
