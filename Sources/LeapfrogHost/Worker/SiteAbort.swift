import Glibc
import LeapfrogCore

extension Failure {
  /// The end of a migration that an operator did not want any more.
  static var aborted: Failure { .failed("aborted by the operator") }
}

/// Ends the command that a living worker waits for in one site's migration, so that the site goes back now and
/// not after its timeout: an endless update holds up neither its own way back nor the other sites.
struct SiteAbort {
  let layout: Layout
  let journal: Journal
  let migration: MigrationRecord

  /// Seconds between SIGTERM and SIGKILL.
  private static let grace = 5.0

  /// Does nothing where the site is open again, or on its way back already.
  func endCommand() throws {
    let jobs = Jobs(layout: layout, lock: nil)
    let running = try jobs.ids().filter { id in
      guard id.hasPrefix("m\(migration.id)-"), case .running = try jobs.state(of: id) else {
        return false
      }
      return true
    }
    // Looked at after the jobs: what ran before the way back began is no part of the way back.
    let machine = MigrationMachine(
      steps: migration.plan.steps, marks: try journal.marks(of: migration.id))
    guard machine.canGoBack, !machine.isGoingBack else { return }
    for id in running { end(jobs.files(id)) }
  }

  /// The runner stays, and writes how the command ended.
  private func end(_ files: JobFiles) {
    guard let runner = files.processes().first, runner.isAlive else { return }
    let deadline = Deadline(seconds: Self.grace)
    send(SIGTERM, below: runner)
    send(SIGCONT, below: runner)
    while !deadline.isOver {
      if ProcessTree.descendants(of: runner.pid).isEmpty { return }
      usleep(20_000)
    }
    send(SIGKILL, below: runner)
  }

  private func send(_ signal: Int32, below runner: ProcessIdentity) {
    guard runner.isAlive else { return }
    for process in ProcessTree.descendants(of: runner.pid) { kill(process.pid, signal) }
  }
}
