import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show pairs, platforms, sites, and what needs attention.",
    discussion: """
      All hosts are asked at once; one that does not answer is shown as such.

      EXAMPLES:
        leapfrog status
        leapfrog status acme --json
        leapfrog status --host web1
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Option(help: "Seconds that a host may take to answer.") var timeout = 5
  @Argument(help: "The pair; all when left out.", completion: .pairs) var pair: String?

  func validate() throws {
    guard (1...600).contains(timeout) else {
      throw ValidationError("--timeout is from 1 to 600 seconds")
    }
  }

  func run() async throws {
    try await global.run { context in
      let pairs = try place.members(of: pair, context)
      let survey = HostSurvey(context: context, seconds: Double(timeout))
      let document = StatusDocument(pairs: await survey.entries(pairs))
      try context.console.document(document)
      for entry in document.pairs { StatusView(console: context.console).show(entry) }
      return pair == nil ? 0 : document.pairs.compactMap(\.error?.exitStatus).first ?? 0
    }
  }
}
