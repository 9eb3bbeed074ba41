import Glibc
import LeapfrogCore

/// The jobs of a pair: commands of the app that outlive the worker which started them.
///
/// A job is a directory. The record in it is written before anything runs; a runner, a process of
/// its own, runs the command and writes the result last. So what became of a job can be told after
/// any crash, and no job is ever run twice.
struct Jobs: Sendable {
  let layout: Layout
  private let lock: Int32?
  private let executable: String
  private let grace: Double

  /// - Parameters:
  ///   - lock: the descriptor with the pair's lock, which the runner inherits.
  ///   - executable: `leapfrog-host`; this process's own executable when nil.
  ///   - grace: seconds between SIGTERM and SIGKILL.
  init(layout: Layout, lock: Int32?, executable: String? = nil, grace: Double = 5) {
    self.layout = layout
    self.lock = lock
    self.executable = executable ?? "/proc/self/exe"
    self.grace = max(0, min(grace, 3600))
  }

  /// Runs a command and waits for its end.
  ///
  /// - Returns: `finished`, or `lost` when its runner died; then all its processes are ended.
  /// - Throws: `Failure` when the request is wrong, when the job was run before, or when its record
  ///   cannot be written.
  func run(_ request: JobRequest) throws -> JobState {
    try request.validate()
    let files = files(request.id)
    guard !Files.exists(files.record) else {
      throw Failure.refused("the job \(request.id) was run before, and no job is run twice")
    }
    try makeDirectory(files.directory)
    try Failpoint.around("job.record") {
      try JobRecord(request, grace: grace).write(to: files.record)
    }
    try Failpoint(name: "job.spawn.before").hit()
    switch Result(catching: { try startRunner(files) }) {
    case .success(let runner): try seeToItsEnd(runner)
    case .failure(let error): return try refuse(files, because: Failure(error))
    }
    return try settledState(of: request.id)
  }

  /// What became of a job.
  ///
  /// - Throws: `Failure` when the name cannot be that of a job.
  func state(of id: String) throws -> JobState {
    let files = try checkedFiles(id)
    guard Files.exists(files.record) else { return .absent }
    if let report = files.report() { return .finished(report.result) }
    if let pid = livingProcess(files) { return .running(pid: pid) }
    // It may have ended between the two looks.
    return files.report().map { .finished($0.result) } ?? .lost
  }

  /// The last lines that a job's command printed, for people: not valid UTF-8 and control characters
  /// are replaced. Empty when there is nothing.
  func output(of id: String, lines: Int = 20) -> String {
    guard let files = try? checkedFiles(id) else { return "" }
    return OutputTail.lines(lines, of: files.output)
  }

  /// The file with what a job's command printed.
  func outputPath(of id: String) -> String { files(id).output }

  /// The error for a job that is lost, with what its runner has said, if anything.
  func loss(of what: String, id: String) -> Failure {
    let said = OutputTail.lines(3, of: files(id).log)
    let reason = said.isEmpty ? "" : " (\(said))"
    return .failed("nobody can tell how \(what) ended, since its runner died\(reason)")
  }

  /// A job's name that was not used yet: attempts are counted.
  func freeID(_ name: String) throws -> String {
    var attempt = 1
    while try state(of: "\(name)-\(attempt)") != .absent { attempt += 1 }
    return "\(name)-\(attempt)"
  }

  /// The names of all jobs.
  func ids() throws -> [String] {
    try Files.names(in: layout.jobs).filter(JobRequest.isValid(id:))
  }

  /// What became of a job that nobody sees to any more: whatever is left of it is ended first. For
  /// the holder of the pair's lock, who can have no living runner beside it.
  ///
  /// - Throws: `Failure` when the job is still running under its runner, or cannot be ended.
  func settledState(of id: String) throws -> JobState {
    let state = try state(of: id)
    guard case .running(let pid) = state else { return state }
    let leftovers = Leftovers(files: files(id))
    guard !leftovers.hasRunner else {
      throw Failure.refused("the job \(id) is running as process \(pid)")
    }
    guard leftovers.end(grace: .seconds(grace)) else {
      throw Failure.stuck("processes of the job \(id) cannot be ended", remedy: "ps axf")
    }
    return try self.state(of: id)
  }
}

extension Jobs {
  func files(_ id: String) -> JobFiles { JobFiles(directory: layout.job(id)) }

  func checkedFiles(_ id: String) throws -> JobFiles {
    try JobFiles(checked: id, layout)
  }

  /// Makes a job's directory; the record that follows makes it last.
  private func makeDirectory(_ path: String) throws {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT else { throw Failure.system("make the directory", path) }
    try Files.makeDirectories(path, mode: 0o700)
  }

  private func startRunner(_ files: JobFiles) throws -> pid_t {
    let log = try Descriptor(opening: files.log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
    var runner = Spawn(
      program: executable, arguments: ["leapfrog-host", "run", files.directory],
      environment: Environment.own(without: JobRunner.lockKey, JobFiles.markerKey))
    runner.descriptors = [1: log.number, 2: log.number]
    runner.startsSession = true
    if let lock {
      runner.descriptors[3] = lock
      runner.environment[JobRunner.lockKey] = "3"
    }
    return try runner.start()
  }

  /// Waits whatever goes wrong: nobody may undo the command's effect while it still runs.
  private func seeToItsEnd(_ runner: pid_t) throws {
    defer { wait(for: runner) }
    try Failpoint(name: "job.spawn.after").hit()
  }

  private func wait(for runner: pid_t) {
    var status: Int32 = 0
    retrying { waitpid(runner, &status, 0) }
  }

  /// The runner could not be started, so the command never ran.
  private func refuse(_ files: JobFiles, because failure: Failure) throws -> JobState {
    let result = JobResult.notStarted("\(failure)")
    try ReservedResult(files.result, lasts: true).write(JobReport(result: result))
    return .finished(result)
  }

  private func livingProcess(_ files: JobFiles) -> pid_t? {
    let (known, leftovers) = (files.processes(), Leftovers(files: files))
    if let pid = known.first(where: \.isAlive)?.pid ?? leftovers.pids.first { return pid }
    return leftovers.isLocked ? known.last?.pid ?? 0 : nil
  }
}
