import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make the pair on its host and seat its sites.",
    discussion: """
      Makes the directories, stages blue at REF, and seats the configured sites on
      it. A site that has data already (in ROOT/sites/SITE) is seated as it is; one
      that has none is installed.

      EXAMPLE: leapfrog init acme v1
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Argument(help: "The tag, branch or commit.") var ref: String

  func run() async throws {
    try await global.run { context in
      let members = try context.configuration.group(pair).members(on: place.host, with: [])
      return try await SpreadRelease(context: context, members: members).initialize(ref)
    }
  }
}
