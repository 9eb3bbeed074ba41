import ArgumentParser
import LeapfrogCore
import LeapfrogHost

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows a pair as this host sees it, as JSON.",
    discussion: "EXAMPLE: leapfrog-host status /srv/acme")

  @Argument(help: "The pair's root.", completion: .directory) var root: String

  func run() throws {
    let status = try HostOrders(root: root).status()
    print(String(decoding: try Wire.encoder().encode(status), as: UTF8.self))
  }
}
