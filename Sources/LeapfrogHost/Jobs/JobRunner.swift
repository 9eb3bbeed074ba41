import CPosix
import Glibc
import LeapfrogCore

/// The process between the worker and a command: it sees the command to its end whatever becomes of
/// the worker, and writes down how it ended.
public struct JobRunner {
  private let files: JobFiles
  private let record: JobRecord

  private var request: JobRequest { record.request }

  /// The variable with the number of the descriptor that holds the pair's lock.
  static let lockKey = "LEAPFROG_LOCK_FD"
  /// What is for leapfrog's own processes and never reaches a command.
  static let ownKeys = [lockKey, "LEAPFROG_FAILPOINTS"]

  /// Runs the job whose record is in a directory, to its end.
  ///
  /// - Throws: `Failure` when the job was run before, or when its record cannot be read or its
  ///   report not be written. A command that fails or cannot be started is no error here: the
  ///   report says so.
  public static func run(directory: String) throws {
    Supervision.prepare()
    try system("adopt the orphans of", directory) { become_subreaper() }
    try JobRunner(directory: directory).run()
  }

  private init(directory: String) throws {
    files = JobFiles(directory: directory)
    record = try JobRecord(reading: files.record)
    // It is held to our end, and handed on to nobody.
    let lock = getenv(Self.lockKey).flatMap { Int32(String(cString: $0)) }
    if let lock, fcntl(lock, F_SETFD, FD_CLOEXEC) == -1 {
      throw Failure.failed("the lock of the pair was not handed on to \(directory)")
    }
  }

  private func run() throws {
    try claim()
    let result = try ReservedResult(files.result, lasts: !request.isRepeatable)
    let report = perform()
    try Failpoint.around("job.result") { try result.write(report) }
  }

  /// Notes who runs the job. The file is made here and only once, so that no job is run twice.
  private func claim() throws {
    guard let own = ProcessIdentity(getpid()) else {
      throw Failure.failed("cannot read /proc/self/stat, which tells a running job from a lost one")
    }
    let file = try Descriptor(opening: files.started, O_WRONLY | O_CREAT | O_EXCL)
    try Files.writeAll(Array(own.line.utf8), to: file, path: files.started)
  }

  private func perform() -> JobReport {
    do {
      return try runCommand()
    } catch {
      return JobReport(result: .notStarted("\(error)"))
    }
  }

  /// - Throws: only when the command was not started.
  private func runCommand() throws -> JobReport {
    let file = try Descriptor(opening: files.output, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW)
    var pipe = try Pipe()
    let begin = SuspendingClock.now
    let lock = try CommandLock(of: files)
    defer { lock.remove() }
    let number = lock.file.number
    let command = try pipe.lendWriting { try start(output: $0, lock: number) }
    note(command)
    var supervision = Supervision(
      of: command, keepsDaemons: request.keepsDaemons, grace: .seconds(record.grace),
      pump: OutputPump(
        from: pipe.reading, to: CappedOutput(to: file.number, limit: request.outputLimit)))
    let result = supervision.result(timeout: request.timeout)
    let output = supervision.pump.output
    if let fault = output.fault { StandardError.print("\(fault)") }
    let seconds = (SuspendingClock.now - begin) / .seconds(1)
    return JobReport(result: result, seconds: seconds, outputBytes: output.total)
  }

  private func start(output: Int32, lock: Int32) throws -> pid_t {
    guard FileStatus(following: request.directory)?.kind == .directory else {
      throw Failure.failed("there is no directory \(request.directory)")
    }
    let command = try command(output: output, lock: lock)
    if let user = command.user {
      // A shell that writes to /dev/stderr opens the pipe once more, as itself.
      _ = fchown(output, user.uid, user.gid)
    }
    return try command.start()
  }

  private func command(output: Int32, lock: Int32) throws -> Spawn {
    let environment = commandEnvironment
    let program = try Program.find(
      request.arguments.first ?? "", path: environment["PATH"], directory: request.directory)
    var command = Spawn(
      program: program, arguments: request.arguments, environment: environment)
    command.descriptors = [1: output, 2: output]
    command.user = try request.user.flatMap { try Identity.needsSwitch(to: $0) ? $0 : nil }
    // A daemon that goes on after its command must not keep the pair busy for ever.
    if !request.keepsDaemons, !request.isForeign { command.descriptors[3] = lock }
    command.directory = request.directory
    command.startsSession = true
    return command
  }

  private var commandEnvironment: [String: String] {
    var environment = record.environment
    for key in Self.ownKeys { environment[key] = nil }
    if let user = request.user {
      environment["HOME"] = user.home
      environment["USER"] = user.name
      environment["LOGNAME"] = user.name
    }
    environment[files.marker.key] = request.keepsDaemons ? nil : files.marker.value
    return environment
  }

  /// Adds the command to the record of who runs the job. The marker finds it without this, too.
  private func note(_ command: pid_t) {
    guard let identity = ProcessIdentity(command) else { return }
    do {
      let file = try Descriptor(opening: files.started, O_WRONLY | O_APPEND)
      try Files.writeAll(Array(identity.line.utf8), to: file, path: files.started)
    } catch {
      StandardError.print("\(error)")
    }
  }
}
