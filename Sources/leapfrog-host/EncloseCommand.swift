import ArgumentParser
import LeapfrogHost

/// Runs a program where no link leads out of a site's data; started by leapfrog, never by people.
struct EncloseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enclose", abstract: "Runs a program in a site's data.", shouldDisplay: false)

  @Argument(help: "The directory, which is open as descriptor 4.") var directory: String
  @Argument(parsing: .postTerminator, help: "The program and its arguments.") var command: [String]

  func run() throws { try Enclosure.become(command, at: directory) }
}
