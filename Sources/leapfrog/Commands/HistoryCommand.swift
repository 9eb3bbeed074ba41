import ArgumentParser
import LeapfrogCore

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show who did what, when, and with what result.",
    discussion: "EXAMPLE: leapfrog history acme --limit 5")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The pair; all when left out.", completion: .pairs) var pair: String?
  @Option(help: "How many of each pair.") var limit = 20

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit is from 1 to 10000") }
  }

  func run() async throws {
    try await global.run { context in
      let pairs = try pair.map { [try context.pair($0)] } ?? context.configuration.pairs
      var histories: [String: [ReleaseStatus]] = [:]
      for pair in pairs {
        histories[pair.spec.name] = try await context.host(of: pair).history(limit: limit)
      }
      try context.console.document(["pairs": histories])
      for pair in pairs { show(histories[pair.spec.name] ?? [], pair.spec.name, context.console) }
      return 0
    }
  }

  private func show(_ releases: [ReleaseStatus], _ pair: String, _ console: Console) {
    console.line(console.styled(pair, .bold))
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
