import ArgumentParser
import LeapfrogCore

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show who did what, when, and with what result.",
    discussion: "EXAMPLE: leapfrog history acme --limit 5")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair; all when left out.", completion: .pairs) var pair: String?
  @Option(help: "How many of each pair.") var limit = 20

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit is from 1 to 10000") }
  }

  func run() async throws {
    try await global.run { context in
      let members = try place.members(of: pair, context)
      let found = try await Gathering(context: context, members: members).ask {
        try await $1.history(limit: limit)
      }
      var histories: [String: [Hosted<ReleaseStatus>]] = [:]
      for (pair, releases) in found.values {
        histories[pair.spec.name, default: []] += releases.map {
          Hosted(value: $0, host: pair.host)
        }
        show(releases, context.label(pair), context.console)
      }
      try context.console.document(found.document(["pairs": histories]))
      return found.exitStatus
    }
  }

  private func show(_ releases: [ReleaseStatus], _ pair: String, _ console: Console) {
    console.line(Styled(pair, .bold))
    console.table([Self.titles] + releases.map(row))
  }

  private static let titles = [
    "RELEASE", "STARTED", "BY", "KIND", "REF", "RESULT", "DONE", "EXPRESS", "BACK", "STUCK",
    "DOWNTIME",
  ]

  private func row(_ release: ReleaseStatus) -> [String] {
    [
      "\(release.id)", Formats.moment(release.started), release.actor, release.kind.rawValue,
      release.ref ?? "-", release.state.rawValue, "\(release.moved.count)",
      "\(release.express.count)", "\(release.back.count)", "\(release.stuck.count)",
      release.downtime > 0 ? Formats.duration(release.downtime) : "none",
    ]
  }
}
