import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct AbortCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abort", abstract: "Undo what was interrupted or is under way.",
    discussion: """
      Sites that are not open again yet go back as they were, and no other is
      begun; a command of the app that is running comes to its end first. Sites
      that moved stay: `leapfrog rollback` takes them back. With --site the command
      that is running for that site is ended at once, and the others go on.

      EXAMPLES:
        leapfrog abort acme
        leapfrog abort acme --site shop.example.com
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only this site; the others of its release go on.", completion: .sites) var site:
    String?

  private func members(_ context: Context) throws -> [PairConfiguration] {
    let group = try context.configuration.group(pair)
    return try group.members(on: place.host, with: site.map { [$0] } ?? [])
  }

  func run() async throws {
    try await global.run { context in
      let survey = ReleaseSurvey(context: context, members: try members(context))
      let found = try survey.atWork(await survey.surveyed())
      return try await Spreading(context: context, members: found.map(\.pair))
        .run("abort") { context, pair in
          let own = found.first { $0.pair.host == pair.host }
          let host = try context.host(of: pair, link: own?.link)
          let work = OpenWork(context: context, pair: pair, site: site)
          let (release, fence) = try await work.find(own?.status, on: host)
          let started = try await host.control(
            .abort, of: release, site: site, actor: context.actor, fence: fence)
          let status = try await context.follow(started, on: host)
          return status == 1 ? 0 : status
        }
    }
  }
}
