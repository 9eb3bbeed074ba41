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
  @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command: [String]

  func run() throws {
    Glibc.exit(try SiteCommand(root: root, site: site).run(command, waiting: wait))
  }
}
