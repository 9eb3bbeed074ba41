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
    var faults: [Failure] = []
    for root in roots {
      do { try recover(root) } catch {
        // The sites of the other pairs must not stay closed for it.
        var fault = Failure(error)
        if roots.count > 1 { fault.message = "\(root): \(fault.message)" }
        faults.append(fault)
      }
    }
    guard let worst = faults.first(where: { $0.kind == .stuck }) ?? faults.first else { return }
    for fault in faults where fault != worst { StandardError.print("\(fault)") }
    throw worst
  }

  private func recover(_ root: String) throws {
    let releases = try HostOrders(root: root).recover(waiting: wait)
    if releases.isEmpty { return StandardOutput.print("\(root): nothing to recover") }
    for release in releases { show(release, root) }
    guard let stuck = releases.first(where: { !$0.stuck.isEmpty }) else { return }
    throw Failure.stuck(stuck.reason ?? "a site is stuck")
  }

  private func show(_ release: ReleaseStatus, _ root: String) {
    StandardOutput.print(
      "\(root): release \(release.id) \(release.state.rawValue); \(release.moved.count) moved, "
        + "\(release.back.count) back, \(release.stuck.count) stuck, \(release.waiting.count) not begun"
    )
    for command in release.next { StandardOutput.print("next: \(command)") }
  }
}
