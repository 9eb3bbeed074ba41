import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what an upgrade would do; changes nothing.",
    discussion: "EXAMPLE: leapfrog plan acme v2")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Argument(help: "The tag, branch or commit.") var ref: String

  func run() async throws {
    try await global.run { context in
      let members = try place.members(of: pair, context)
      let code = ReleaseCode(context: context, pair: members[0])
      // A ref that is none is told once.
      if members.count > 1 { _ = try await code.fetched(for: ref).resolve(ref) }
      let found = try await Gathering(context: context, members: members).ask { pair, host in
        try await Planning(context: context, pair: pair, code: code).plan(ref, on: host)
      }
      let plans = found.values.map(\.value)
      try members.count == 1
        ? context.console.document(plans[0])
        : context.console.document(
          found.document(SpreadPlan(pair: pair, ref: ref, hosts: plans)))
      let view = PlanView(console: context.console)
      for (index, plan) in plans.enumerated() { view.show(plan, after: plans[..<index]) }
      return found.exitStatus
    }
  }
}
