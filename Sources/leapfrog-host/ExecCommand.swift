import ArgumentParser
import Glibc
import LeapfrogHost

struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Runs a command in the platform that a site is on.",
    discussion: "EXAMPLE: leapfrog-host exec /srv/acme shop.example.com -- ./bin/cron")

  @Argument(help: "The pair's root.", completion: .directory) var root: String
  @Argument(help: "The site.") var site: String
  @Option(help: "Seconds to wait for a migration to end.") var wait = 0
  @Option(
    help: ArgumentHelp("Variables that the command gets, with commas.", visibility: .hidden))
  var environment: String?
  @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command: [String]

  func run() throws {
    let names = environment?.split(separator: ",").map(String.init)
    let site = try SiteCommand(root: root, site: site, environment: names)
    Glibc.exit(try site.run(command, waiting: wait))
  }
}
