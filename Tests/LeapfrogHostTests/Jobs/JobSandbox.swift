import Foundation
import Glibc
import LeapfrogCore

@testable import LeapfrogHost

/// A pair's root in a temporary directory, with its lock held, as a worker has it.
final class JobSandbox {
  let layout: Layout
  let lock: Int32
  let jobs: Jobs

  static let executable = {
    let tests = Files.target(ofLink: "/proc/self/exe") ?? ""
    return "\(Files.parent(of: tests))/leapfrog-host"
  }()

  init(grace: Double = 0.3) throws {
    var template = Array("\(NSTemporaryDirectory())leapfrog-jobs-XXXXXX".utf8CString)
    let root = String(cString: mkdtemp(&template))
    chmod(root, 0o755)
    layout = Layout(root: root)
    try Files.makeDirectories(layout.jobs, mode: 0o700)
    lock = try Descriptor(opening: layout.lock, O_RDWR | O_CREAT).take()
    flock(lock, LOCK_EX | LOCK_NB)
    jobs = Jobs(layout: layout, lock: lock, executable: Self.executable, grace: grace)
  }

  deinit {
    close(lock)
    try? FileManager.default.removeItem(atPath: layout.root)
  }

  var root: String { layout.root }

  func request(_ arguments: [String], id: String = "one", timeout: Int = 20) -> JobRequest {
    JobRequest(
      id: id, arguments: arguments, environment: ["PATH": "/usr/bin:/bin", "GREETING": "hello"],
      directory: root, timeout: timeout)
  }

  func shell(_ script: String, id: String = "one", timeout: Int = 20) -> JobRequest {
    request(["/bin/sh", "-c", script], id: id, timeout: timeout)
  }

  func run(_ script: String, id: String = "one", timeout: Int = 20) throws -> JobState {
    try jobs.run(shell(script, id: id, timeout: timeout))
  }

  /// All that a job's command printed.
  func output(id: String = "one") throws -> String {
    String(decoding: try Files.read(jobs.outputPath(of: id)), as: UTF8.self)
  }

  func files(_ id: String = "one") -> JobFiles { JobFiles(directory: layout.job(id)) }

  func text(_ name: String) -> String? {
    (try? Files.read("\(root)/\(name)")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The process id that a command wrote into a file.
  func pid(in name: String) -> pid_t? {
    text(name).flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// Starts a runner and does not wait for it: what is left of a worker that dies at once.
  func startRunner(
    _ request: JobRequest, grace: Double = 0.3, failpoints: String? = nil
  ) throws -> pid_t {
    let files = files(request.id)
    try Files.makeDirectories(files.directory, mode: 0o700)
    try JobRecord(request, grace: grace).write(to: files.record)
    var runner = Spawn(
      program: Self.executable, arguments: ["leapfrog-host", "run", files.directory],
      environment: Environment.own(without: JobRunner.lockKey))
    runner.environment["LEAPFROG_FAILPOINTS"] = failpoints
    runner.environment[JobRunner.lockKey] = "3"
    runner.descriptors = [3: lock]
    runner.startsSession = true
    return try runner.start()
  }

  /// Gives the worker's own hold of the lock away, as its death does.
  func dropLock() {
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    dup2(null, lock)
    close(null)
  }

  /// Whether another worker could take the pair's lock.
  var isLockFree: Bool {
    (try? PairLock.take(layout)) != nil
  }
}

/// Waits for something that another process does.
func eventually(within seconds: Double = 60, _ condition: () throws -> Bool) rethrows -> Bool {
  let end = SuspendingClock.now + .seconds(seconds)
  while SuspendingClock.now < end {
    if try condition() { return true }
    usleep(5_000)
  }
  return try condition()
}

func isAlive(_ pid: pid_t) -> Bool { ProcessStatus(pid).map { !$0.isZombie } ?? false }

func reap(_ pid: pid_t) {
  var status: Int32 = 0
  retrying { waitpid(pid, &status, 0) }
}
