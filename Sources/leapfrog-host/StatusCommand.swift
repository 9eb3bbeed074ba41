import ArgumentParser
import LeapfrogHost

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows a pair as this host sees it, as JSON.",
    discussion: "EXAMPLE: leapfrog-host status /srv/acme")

  @Argument(help: "The pair's root.", completion: .directory) var root: String

  func run() throws {
    try StandardOutput.print(json: try HostOrders(root: root).status())
  }
}
