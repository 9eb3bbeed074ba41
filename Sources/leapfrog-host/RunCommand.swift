import ArgumentParser
import LeapfrogHost

/// Runs one job; started by the worker, never by people.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the job that a worker has recorded.",
    shouldDisplay: false)

  @Argument(help: "The directory of the job.")
  var directory: String

  func run() throws {
    try JobRunner.run(directory: directory)
  }
}
