import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Show the numbered events of a pair.",
    discussion: """
      EXAMPLES:
        leapfrog events acme --after 120
        leapfrog events acme --follow          comes back to work that is under way
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only events after this number.") var after: Int64 = 0
  @Flag(name: .shortAndLong, help: "Follow the release that is under way to its end.") var follow =
    false

  func run() async throws {
    try await global.run { context in
      let host = try await context.host(of: try context.pair(pair))
      if follow, let release = try await host.status().release, release.state == .running {
        let started = WorkStarted(release: release.id, attached: false, after: after)
        return try await context.follow(started, on: host)
      }
      return try await list(host, context.console)
    }
  }

  private func list(_ host: PairHost, _ console: Console) async throws -> Int32 {
    var number = after
    while true {
      let events = try await host.events(after: number, release: nil, wait: 0).events
      guard let last = events.last else { return 0 }
      for event in events { try show(event, console) }
      number = last.number
    }
  }

  private func show(_ event: Event, _ console: Console) throws {
    try console.document(event)
    guard let text = EventText(event: event, detail: .full).line else { return }
    console.line("\(event.number)  \(text)")
  }
}
