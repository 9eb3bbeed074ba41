import ArgumentParser
import Foundation
import LeapfrogControl
import LeapfrogCore

struct ProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "List and show what leapfrog knows of kinds of apps.",
    discussion: "A profile of your own is written the same way, below `profiles:` in leapfrog.yml.",
    subcommands: [List.self, Show.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The profiles that `app:` can name.", discussion: "EXAMPLE: leapfrog profile list")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run(profiles: { console, profiles in
        try console.document(["profiles": profiles.map(ProfileRow.init)])
        let rows = profiles.map { [$0.profile.name, $0.isOwn ? $0.source.place : "built in"] }
        console.table([["PROFILE", "FROM"]] + rows)
      })
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A profile as it is written.", discussion: "EXAMPLE: leapfrog profile show django")
    @OptionGroup var global: GlobalOptions
    @Argument(help: "The profile.") var name: String

    func run() async throws {
      try await global.run(profiles: { console, profiles in
        guard let found = profiles.first(where: { $0.profile.name == name }) else {
          throw Failure.usage(
            "there is no profile \(name)", remedy: "leapfrog profile list")
        }
        try console.document(found.profile)
        console.lines(found.source.text)
      })
    }
  }

  private struct ProfileRow: Encodable {
    var name: String
    var own: Bool
    var place: String

    init(_ configured: ProfileConfiguration) {
      (name, own) = (configured.profile.name, configured.isOwn)
      place = configured.source.place
    }
  }
}

extension GlobalOptions {
  /// Runs a body with every profile: those of the configuration too, where there is one.
  fileprivate func run(
    profiles body: (Console, [ProfileConfiguration]) throws -> Void
  ) async throws {
    try await run(bare: { console in
      let environment = ProcessInfo.processInfo.environment
      let found = try? Configuration.locate(explicit: config, environment: environment)
      let own = try found.map(Configuration.load)?.profiles ?? []
      try body(console, ProfileConfiguration.all(with: own))
      return 0
    })
  }
}
