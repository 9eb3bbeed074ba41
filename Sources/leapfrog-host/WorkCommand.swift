import ArgumentParser
import LeapfrogHost

/// Does one release; started by `rpc`, never by people.
struct WorkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work", abstract: "Does one release.", shouldDisplay: false)

  @Argument(help: "The pair's root.") var root: String
  @Argument(help: "The release.") var release: Int64
  @Flag(help: "Only bring to its end what was begun.") var begunOnly = false

  func run() throws {
    try WorkerProcess.run(root: root, release: release, startsNew: !begunOnly)
  }
}
