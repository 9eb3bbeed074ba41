import ArgumentParser
import LeapfrogHost

/// Opens a site's SQLite database with the rights of its owner; started by leapfrog, never by people.
struct SQLiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sqlite", abstract: "Answers questions about a site's SQLite database.",
    shouldDisplay: false)

  func run() throws { try SQLiteServer.run() }
}
