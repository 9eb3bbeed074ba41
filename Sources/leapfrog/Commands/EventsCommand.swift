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
        leapfrog events acme --output m8-update-1      what that command has printed
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only events after this number.") var after: Int64 = 0
  @Flag(name: .shortAndLong, help: "Follow the release that is under way to its end.") var follow =
    false

  @Option(help: "Show what the command of this job has printed, its control characters escaped.")
  var output: String?

  func validate() throws {
    guard output == nil || !follow && after == 0 else {
      throw ValidationError("--output goes with neither --follow nor --after")
    }
  }

  func run() async throws {
    try await global.run { context in
      let members = try place.members(of: pair, context)
      if let output { return try await show(output, members, context) }
      guard follow else { return try await list(members, context) }
      return try await Spreading(context: context, members: members).run("following") {
        context, pair in
        let host = try context.host(of: pair)
        guard let release = try await host.status().release, release.state == .running else {
          try await list(host, context.console)
          return 0
        }
        let started = WorkStarted(release: release.id, attached: false, after: after)
        return try await context.follow(started, on: host)
      }
    }
  }

  /// A job is on one of the hosts.
  private func show(_ job: String, _ members: [PairConfiguration], _ context: Context) async throws
    -> Int32
  {
    let found = await Gathering(context: context, members: members).answers {
      String(decoding: try await $1.output(of: job), as: UTF8.self)
    }
    guard let first = found.values.first else {
      guard let failure = found.failures.first?.failure else { return 0 }
      throw failure
    }
    let console = members.count > 1 ? context.on(first.pair.host).console : context.console
    try console.document(JobDocument(job: job, output: first.value, host: console.host))
    console.lines(first.value.hasSuffix("\n") ? first.value : first.value + "\n")
    return 0
  }

  private struct JobDocument: Encodable {
    var job: String
    var output: String
    var host: String?
  }

  private func list(_ members: [PairConfiguration], _ context: Context) async throws -> Int32 {
    guard members.count > 1 else {
      try await list(try context.host(of: members[0]), context.console)
      return 0
    }
    var results: [HostResult] = []
    for pair in members {
      let context = context.on(pair.host)
      do {
        try await list(try context.host(of: pair), context.console)
        results.append(.ended(pair.host, 0))
      } catch {
        context.console.fail(Failure(error))
        results.append(.failed(pair.host, Failure(error)))
      }
    }
    return SpreadSummary(what: "events", results: results).exitStatus
  }

  private func list(_ host: PairHost, _ console: Console) async throws {
    var number = after
    while true {
      let events = try await host.events(after: number, release: nil, wait: 0).events
      guard let last = events.last else { return }
      for event in events { try show(event, console) }
      number = last.number
    }
  }

  private func show(_ event: Event, _ console: Console) throws {
    try console.document(event.on(console.host))
    guard let text = EventText(event: event, detail: .full).line else { return }
    console.line("\(event.number)  \(text)")
  }
}
