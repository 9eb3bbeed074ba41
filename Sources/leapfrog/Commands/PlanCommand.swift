import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what an upgrade would do; changes nothing.",
    discussion: "EXAMPLE: leapfrog plan acme v2")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Argument(help: "The tag, branch or commit.") var ref: String

  func run() async throws {
    try await global.run { context in
      let plan = try await Planning(context: context, pair: try context.pair(pair)).plan(ref)
      try context.console.document(plan)
      PlanView(console: context.console).show(plan)
      return 0
    }
  }
}
