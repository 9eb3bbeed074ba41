import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Stage new code on a platform that has no site.",
    discussion: """
      Refused where a site is on the platform: code never changes under a site.
      Without a platform the idle one is staged; without a ref, the one that the
      sites are on, which for a branch means its newest commit.

      EXAMPLES:
        leapfrog pull acme              the idle platform
        leapfrog pull acme v2
        leapfrog pull acme v2 --platform green
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Argument(help: "The tag, branch or commit.") var ref: String?
  @Option(help: "blue or green.", completion: .list(["blue", "green"])) var platform: PlatformName?

  func run() async throws {
    try await global.run { context in
      try await SpreadRelease(context: context, members: try place.members(of: pair, context))
        .stageOnly(ref, platform: platform)
    }
  }
}

extension PlatformName: ExpressibleByArgument {}
