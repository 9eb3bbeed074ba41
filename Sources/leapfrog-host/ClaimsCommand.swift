import ArgumentParser
import LeapfrogHost

struct ClaimsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Which site each database of a server belongs to on this host.",
    subcommands: [List.self, Release.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists all claims of this account.")

    func run() throws {
      for line in try HostClaims.lines() { print(line) }
    }
  }

  struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets go what a site claims, for one that is gone or has another database now.",
      discussion: "EXAMPLE: leapfrog-host claims release /srv/acme shop.example.com")

    @Argument(help: "The root of the site's pair.", completion: .directory) var root: String
    @Argument(help: "The site's name.") var site: String

    func run() throws { print(try HostClaims.release(root: root, site: site)) }
  }
}
