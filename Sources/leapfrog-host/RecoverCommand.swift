import ArgumentParser
import LeapfrogCore
import LeapfrogHost

struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Ends what a crash or a power cut left half done.",
    discussion: """
      Every site that was under way is moved or as before afterwards; nothing new is begun.

      EXAMPLE: leapfrog-host recover /srv/acme
      """)

  @Argument(help: "The roots of the pairs.", completion: .directory) var roots: [String]
  @Option(help: "Seconds to wait for what still runs of the ended worker.") var wait: Double = 600

  func run() throws {
    for root in roots {
      guard let release = try HostOrders(root: root).recover(waiting: wait) else {
        print("\(root): nothing to recover")
        continue
      }
      print(
        "\(root): release \(release.id) \(release.state.rawValue); \(release.moved.count) moved, "
          + "\(release.back.count) back, \(release.stuck.count) stuck, \(release.waiting.count) not begun"
      )
      for command in release.next { print("next: \(command)") }
      guard release.stuck.isEmpty else { throw Failure.stuck(release.reason ?? "a site is stuck") }
    }
  }
}
