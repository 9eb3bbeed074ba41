import ArgumentParser
import Foundation
import LeapfrogControl
import LeapfrogCore

/// What every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: .long, help: "The configuration file (default: LEAPFROG_CONFIG, else leapfrog.yml here).",
    completion: .file(extensions: ["yml", "yaml"]))
  var config: String?

  @Flag(name: .long, help: "Print JSON instead of text.")
  var json = false

  /// Runs a command's body, prints its failure where it has one, and ends with its status.
  func run(_ body: (Context) async throws -> Int32) async throws {
    try await run(bare: { console in
      try await body(Context(configuration: try configuration(), console: console))
    })
  }

  /// Runs a body that can do without a configuration, in the same way.
  func run(bare body: (Console) async throws -> Int32) async throws {
    let console = Console(json: json)
    do {
      let status = try await body(console)
      if status != 0 { throw ExitCode(status) }
    } catch let code as ExitCode {
      throw code
    } catch {
      let failure = Failure(error)
      console.fail(failure)
      throw ExitCode(failure.exitStatus)
    }
  }

  /// The configuration that the options and the environment name.
  func configuration() throws -> Configuration {
    let path = try Configuration.locate(
      explicit: config, environment: ProcessInfo.processInfo.environment)
    return try Configuration.load(path)
  }
}
