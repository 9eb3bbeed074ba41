import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with what was interrupted.",
    discussion: """
      Sites that were under way are brought to their end, moved or back as before;
      then those that were not begun follow. A site that is stuck is tried once more.

      EXAMPLES:
        leapfrog resume acme
        leapfrog resume acme --site shop.example.com
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only the work that left this site stuck.", completion: .sites) var site: String?

  private func members(_ context: Context) throws -> [PairConfiguration] {
    let group = try context.configuration.group(pair)
    return try group.members(on: place.host, with: site.map { [$0] } ?? [])
  }

  func run() async throws {
    try await global.run { context in
      let survey = ReleaseSurvey(context: context, members: try members(context))
      let surveyed = await survey.surveyed()
      let found = try survey.atWork(surveyed)
      var context = context
      if surveyed.count > 1 { context.budget = Self.budget(surveyed, found, context) }
      // What is closed comes to its end on every host, whatever failed elsewhere.
      let spreading = Spreading(context: context, members: found.map(\.pair), isNew: false)
      return try await spreading.run("resume") { context, pair in
        let own = found.first { $0.pair.host == pair.host }
        let host = try context.host(of: pair, link: own?.link)
        let work = OpenWork(context: context, pair: pair, site: site)
        let (release, fence) = try await work.find(own?.status, on: host)
        let started = try await host.control(
          .resume, of: release, isHalted: context.budget?.isUsedUp == true, actor: context.actor,
          fence: fence)
        return try await context.follow(started, on: host)
      }
    }
  }

  /// What is left of the number of failures that all hosts have together, those too that are through.
  private static func budget(
    _ surveyed: [ReleaseSurvey.Found], _ found: [ReleaseSurvey.Found], _ context: Context
  ) -> FailureBudget {
    let stamps = Set(found.compactMap { $0.status?.release?.stamp })
    let releases = surveyed.compactMap(\.status?.release).filter { release in
      release.stamp.map(stamps.contains) ?? false
    }
    let failures = releases.reduce(0) { $0 + $1.back.count + $1.attention.count }
    let members = found.map(\.pair)
    return FailureBudget(members[0].spec.maxFailures - failures, of: members, context)
  }
}
