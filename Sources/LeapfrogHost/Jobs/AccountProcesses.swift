import Glibc
import LeapfrogCore

/// Every process of an account that leapfrog alone uses.
struct AccountProcesses {
  let user: JobUser

  /// Ends all of them by force; one that has left its session and its environment, too.
  ///
  /// - Throws: `Failure` of kind `stuck` when some cannot be ended.
  func end() throws {
    guard user.uid != 0 else { throw Failure.failed("root's processes are not leapfrog's to end") }
    let deadline = Deadline(seconds: 10)
    while true {
      let left = pids
      if left.isEmpty { return }
      guard !deadline.isOver else {
        throw Failure.stuck(
          "processes of \(user.name) cannot be ended", remedy: "ps -fu \(user.name)")
      }
      left.forEach { kill($0, SIGKILL) }
      // One after the other never catches a process that goes on in a new child all the time. A signal that
      // the account sends to all it may signal reaches them at once.
      try? endAtOnce()
      usleep(5_000)
    }
  }

  private func endAtOnce() throws {
    var command = Spawn(
      program: "/bin/sh", arguments: ["sh", "-c", "kill -KILL -1"], environment: [:])
    command.directory = "/"
    command.user = user
    let pid = try command.start()
    var status: Int32 = 0
    retrying { waitpid(pid, &status, 0) }
  }

  /// Those that live. One that has ended, and is not reaped yet, can do nothing any more.
  var pids: [pid_t] {
    ProcessTree.all().filter { !$0.isZombie && isOurs($0.pid) }.map(\.pid)
  }

  /// By any of its four user ids: a program may have taken another one for a while.
  private func isOurs(_ pid: pid_t) -> Bool {
    guard let bytes = try? Files.read("/proc/\(pid)/status", atMost: 1 << 16) else { return false }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") }) else {
      return false
    }
    return line.split(separator: "\t").dropFirst().contains { UInt32($0) == user.uid }
  }
}
