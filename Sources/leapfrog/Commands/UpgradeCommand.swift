import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct UpgradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade", abstract: "Stage a ref, then move every site to it.",
    discussion: """
      The work goes on by itself on the host: leaving with Ctrl-C, or losing the
      link, changes nothing. The same command again attaches to it.

      EXAMPLES:
        leapfrog upgrade acme v2                  all sites
        leapfrog upgrade acme v2 --site shop.example.com
        leapfrog upgrade acme v2 --stage-only     only the code, on the idle platform
        leapfrog upgrade acme v2 --continue       once more for those left behind
        leapfrog upgrade acme v2 --no-express     close and update every site
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Argument(help: "The tag, branch or commit; with --continue the one of the last upgrade.")
  var ref: String?
  @Option(help: "Only this site; may be given several times.", completion: .sites) var site:
    [String] = []
  @Flag(help: "Stage and build, and move no site.") var stageOnly = false
  @Flag(
    name: .customLong("continue"), help: "Take up the sites that an earlier upgrade left behind.")
  var continues = false
  @Flag(
    help: "Close, back up and update each site, even where the new code cannot touch its data.")
  var noExpress = false

  func validate() throws {
    guard ref != nil || continues else {
      throw ValidationError("missing expected argument '<ref>'")
    }
    guard !(stageOnly && (continues || !site.isEmpty)) else {
      throw ValidationError(
        "--stage-only moves no site, so it goes with neither --site nor --continue")
    }
  }

  func run() async throws {
    try await global.run { context in
      let members = try context.configuration.group(pair).members(on: place.host, with: site)
      let release = SpreadRelease(context: context, members: members)
      guard !stageOnly else { return try await release.stageOnly(ref ?? "", platform: nil) }
      return try await release.upgrade(
        ref, sites: site, continues: continues, express: !noExpress)
    }
  }
}
