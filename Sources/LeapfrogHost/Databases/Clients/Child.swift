import Glibc
import LeapfrogCore
import Synchronization

/// A process that was started and is waited for once.
final class Child: Sendable {
  private enum State { case running(pid_t), ended(JobResult) }

  private let state: Mutex<State>
  private let leadsGroup: Bool

  /// - Parameter user: whom it runs as; nil for ourselves.
  init(_ spawn: Spawn, as user: JobUser? = nil) throws {
    var spawn = spawn
    leadsGroup = spawn.startsSession
    if let user, try Identity.needsSwitch(to: user) {
      for key in ["USER", "LOGNAME"] { spawn.environment[key] = user.name }
      spawn.environment["HOME"] = user.home
      spawn.user = user
    }
    state = Mutex(.running(try spawn.start()))
    AbortWatch.current?.add(self)
  }

  /// Ends it, and its process group where it leads one.
  func kill(group: Bool = false) {
    state.withLock {
      guard case .running(let pid) = $0 else { return }
      Glibc.kill(group ? -pid : pid, SIGKILL)
    }
  }

  /// Ends it with all of its group, where it leads one.
  func end() { kill(group: leadsGroup) }

  /// How it ended; nil while it runs.
  func poll() -> JobResult? {
    state.withLock { state in
      guard case .running(let pid) = state else {
        if case .ended(let result) = state { return result }
        return nil
      }
      var status: Int32 = 0
      guard retrying({ waitpid(pid, &status, WNOHANG) }) == pid else { return nil }
      state = .ended(JobResult(waitStatus: status))
      return JobResult(waitStatus: status)
    }
  }

  /// Waits for its end.
  func wait() -> JobResult {
    var pause: UInt32 = 200
    while true {
      if let result = poll() { return result }
      usleep(pause)
      pause = min(pause * 2, 10_000)
    }
  }

  deinit {
    kill()
    _ = wait()
  }
}
