import ArgumentParser
import LeapfrogCore

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with what was interrupted.",
    discussion: """
      Sites that were under way are brought to their end, moved or back as before;
      then those that were not begun follow. A site that is stuck is tried once more.

      EXAMPLE: leapfrog resume acme
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String

  func run() async throws {
    try await global.run { context in
      let survey = ReleaseSurvey(context: context, members: try place.members(of: pair, context))
      return try await Spreading(context: context, members: survey.membersAtWork())
        .run("resume") { context, pair in
          let host = try context.host(of: pair)
          let started = try await host.control(
            .resume, actor: context.actor, fence: try await host.status().fence)
          return try await context.follow(started, on: host)
        }
    }
  }
}
