import ArgumentParser
import LeapfrogHost

struct RebuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Begins a new journal from the live links, keeping the old one aside.",
    discussion: "EXAMPLE: leapfrog-host rebuild /srv/acme")

  @Argument(help: "The pair's root.", completion: .directory) var root: String

  func run() throws {
    let kept = try HostOrders(root: root).rebuild()
    StandardOutput.print("a new journal was begun; the old one is in \(kept)")
  }
}
