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
      let found = try await survey.atWork()
      var context = context
      if found.count > 1 { context.budget = Self.budget(found, context) }
      // What is closed comes to its end on every host, whatever failed elsewhere.
      let spreading = Spreading(context: context, members: found.map(\.pair), isNew: false)
      return try await spreading.run("resume") { context, pair in
        let host = try context.host(of: pair)
        let started = try await host.control(
          .resume, actor: context.actor, fence: try await host.status().fence)
        return try await context.follow(started, on: host)
      }
    }
  }

  /// What is left of the number of failures that all hosts have together.
  private static func budget(_ found: [ReleaseSurvey.Found], _ context: Context) -> FailureBudget {
    let releases = found.compactMap(\.status?.release)
    let failures = releases.reduce(0) { $0 + $1.back.count + $1.attention.count }
    let members = found.map(\.pair)
    return FailureBudget(members[0].spec.maxFailures - failures, of: members, context)
  }
}
