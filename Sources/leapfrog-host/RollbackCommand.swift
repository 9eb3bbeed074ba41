import ArgumentParser
import LeapfrogCore
import LeapfrogHost

struct RollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Takes sites back to the other platform, from their backups.",
    discussion: """
      For when no controller can be reached. What visitors wrote since the upgrade is lost to the sites;
      it is kept in a backup that is made first.

      EXAMPLE: leapfrog-host rollback /srv/acme --site shop.example.com --yes
      """)

  @Argument(help: "The pair's root.", completion: .directory) var root: String
  @Option(help: "Only this site; may be given several times.") var site: [String] = []
  @Flag(help: "Says that the loss is meant.") var yes = false

  func run() throws {
    guard yes else {
      throw Failure.refused(
        "a rollback loses what was written since the upgrade",
        remedy: "leapfrog-host rollback \(root) --yes")
    }
    let release = try HostOrders(root: root).rollback(sites: site)
    StandardOutput.print(
      "release \(release.id) \(release.state.rawValue): \(release.moved.count) moved, \(release.back.count) back"
    )
    guard let fault = release.fault else { return }
    let what =
      release.attention.isEmpty
      ? "not every site went back"
      : "\(release.attention.joined(separator: ", ")) went back, and something failed after that"
    throw Failure(fault, release.reason ?? what, remedy: "leapfrog-host status \(root)")
  }
}
