import Foundation
import Glibc
import LeapfrogCore

/// The worker as a process of its own: it leads a session, holds the lock, and outlives who asked.
public enum WorkerProcess {
  static let lockKey = "LEAPFROG_LOCK_FD"

  /// Starts a worker for a release that the journal has.
  static func start(layout: Layout, release: Int64, startsNew: Bool, lock: Int32) throws {
    let log = try Descriptor(
      opening: layout.workerLog, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
    var worker = Spawn(
      program: "/proc/self/exe",
      arguments: ["leapfrog-host", "work", layout.root, "\(release)"]
        + (startsNew ? [] : ["--begun-only"]),
      environment: ProcessInfo.processInfo.environment.merging([lockKey: "3"]) { $1 })
    worker.descriptors = [1: log.number, 2: log.number, 3: lock]
    worker.startsSession = true
    worker.directory = "/"
    let pid = try worker.start()
    // It outlives this process; while both live, its end is taken note of.
    Thread.detachNewThread { waitpid(pid, nil, 0) }
  }

  /// Is the worker: does the release, holding the lock that was handed down.
  public static func run(root: String, release: Int64, startsNew: Bool) throws {
    let layout = Layout(root: root)
    let number = ProcessInfo.processInfo.environment[lockKey].flatMap(Int32.init)
    unsetenv(lockKey)
    guard let number else { throw Failure.usage("a worker is started by leapfrog, not by hand") }
    let lock = try PairLock(inherited: number, layout: layout)
    try lock.signOver(layout)
    try run(layout, lock, release, startsNew: startsNew)
  }

  static func run(_ layout: Layout, _ lock: PairLock, _ release: Int64, startsNew: Bool) throws {
    signal(SIGTERM) { _ in Worker.end() }
    signal(SIGHUP, SIG_IGN)
    signal(SIGINT, SIG_IGN)
    try Worker(layout: layout, lock: lock, release: release, startsNew: startsNew).run()
  }
}
