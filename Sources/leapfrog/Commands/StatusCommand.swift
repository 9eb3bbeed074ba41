import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show pairs, platforms, sites, and what needs attention.",
    discussion: """
      EXAMPLES:
        leapfrog status
        leapfrog status acme --json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The pair; all when left out.", completion: .pairs) var pair: String?

  func run() async throws {
    try await global.run { context in
      let pairs = try pair.map { [try context.pair($0)] } ?? context.configuration.pairs
      var document = StatusDocument(pairs: [])
      for pair in pairs { document.pairs.append(try await entry(pair, context)) }
      try context.console.document(document)
      for entry in document.pairs { StatusView(console: context.console).show(entry) }
      return pair == nil ? 0 : document.pairs.first?.error?.exitStatus ?? 0
    }
  }

  /// A pair that cannot be asked is shown as such and keeps no other from being shown.
  private func entry(_ pair: PairConfiguration, _ context: Context) async throws
    -> StatusDocument.Entry
  {
    do {
      let status = try await context.host(of: pair).status()
      let notes = Readiness(spec: pair.spec, status: status).notes
      return .init(host: pair.host, status: status, notes: notes)
    } catch {
      let spec = pair.spec
      let empty = PairStatus(
        name: spec.name, root: spec.root,
        platforms: ["blue": PlatformStatus(), "green": PlatformStatus()], sites: [], release: nil)
      return .init(host: pair.host, status: empty, error: Failure(error))
    }
  }
}
