import Glibc
import LeapfrogCore

/// The processes of a job whose runner has died, so that nobody sees to them any more.
struct Leftovers {
  let files: JobFiles

  /// Those that live: the command, and all that were started below it. Daemons that a job may leave
  /// behind do not count.
  var pids: [pid_t] {
    let command = files.processes().dropFirst().filter(\.isAlive).map(\.pid)
    return command + marked.filter { !command.contains($0) }
  }

  private var marked: [pid_t] {
    ProcessTree.carrying("\(files.marker.key)=\(files.marker.value)")
  }

  /// Whether something lives that has inherited the command's lock.
  var isLocked: Bool { (try? CommandLock.isHeld(files)) ?? true }

  /// Whether the runner lives after all.
  var hasRunner: Bool { files.processes().first?.isAlive == true }

  /// Ends them: SIGTERM, then SIGKILL.
  ///
  /// - Parameter grace: between the two.
  /// - Returns: whether all have ended.
  func end(grace: Duration) -> Bool {
    for pid in pids {
      kill(pid, SIGTERM)
      kill(pid, SIGCONT)
    }
    if isEmpty(within: grace, meanwhile: { _ in }) { return true }
    return isEmpty(within: .seconds(10)) { kill($0, SIGKILL) }
  }

  private func isEmpty(within time: Duration, meanwhile each: (pid_t) -> Void) -> Bool {
    let end = SuspendingClock.now + time
    while true {
      let left = pids
      // One that is about to become the command has no marker yet, and the lock already.
      if left.isEmpty, !isLocked { return true }
      if SuspendingClock.now >= end { return false }
      left.forEach(each)
      usleep(20_000)
    }
  }
}
