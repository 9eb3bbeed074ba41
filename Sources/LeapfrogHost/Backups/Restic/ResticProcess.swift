import CPosix
import Foundation
import Glibc
import LeapfrogCore

/// One run of restic. The address of the repository goes through a pipe and the password stays in its
/// file, so that neither is in an argument list or in the environment.
struct ResticProcess {
  let repository: String
  let passwordFile: String
  var directory = "/"
  /// The site's data, where it is what restic walks: open, so that nobody leads elsewhere.
  var data: DirectoryTree?

  /// How a run ended.
  struct Outcome {
    /// The exit status, or 128 and the signal.
    var status: Int32
    /// The last lines of what it printed as errors, without the repository's address.
    var errors: String
    /// Whether it was ended because it took too long.
    var tookTooLong: Bool
  }

  /// What restic would take instead of what we give it.
  private static let overridden = [
    "RESTIC_REPOSITORY", "RESTIC_PASSWORD", "RESTIC_PASSWORD_COMMAND", "RESTIC_KEY_HINT",
  ]

  static let tool = Tool("restic", package: "restic")

  /// Runs restic to its end and gives each line that it prints to a body.
  ///
  /// - Throws: `Failure` when it cannot be started or the step that it is for was aborted, and what the body
  ///   throws; it is ended then.
  func run(
    _ arguments: [String], seconds: Int, _ line: (ArraySlice<UInt8>) throws -> Void
  ) throws -> Outcome {
    var address = try Pipe()
    var output = try Pipe()
    var errors = try Pipe()
    try address.lendWriting { number in
      let bytes = Array(repository.utf8)
      guard bytes.count < OutputPump.capacity else {
        throw Failure.usage("the address of the restic repository is too long")
      }
      try bytes.withUnsafeBytes { try Files.writeAll($0, to: number, path: "a pipe") }
    }
    let reading = address.reading
    let pid = try output.lendWriting { out in
      try errors.lendWriting { err in
        var spawn = try command(arguments)
        spawn.descriptors = [1: out, 2: err, 3: reading]
        if let data { spawn.descriptors[Enclosure.number] = try data.directory(.root) }
        spawn.directory = directory
        spawn.startsSession = true
        return try spawn.start()
      }
    }
    var reader = ResticOutput(output: output.reading, errors: errors.reading)
    let end = SuspendingClock.now + .seconds(seconds)
    let isComplete: Bool
    do { isComplete = try reader.take(until: end, line) } catch {
      _ = kill(pid)
      throw error
    }
    let status = isComplete ? wait(for: pid, until: end) : nil
    let final = status ?? kill(pid)
    return Outcome(
      status: final, errors: redacted(reader.lastErrors), tookTooLong: status == nil)
  }

  /// restic walks by paths, which the owner of the data can exchange meanwhile: as root it walks where no
  /// link leads out.
  private func command(_ arguments: [String]) throws -> Spawn {
    let restic = try Self.tool.find()
    guard data != nil, geteuid() == 0 else {
      return Spawn(program: restic, arguments: ["restic"] + arguments, environment: environment)
    }
    return Spawn(
      program: OwnExecutable.path,
      arguments: ["leapfrog-host", "enclose", directory, "--", restic] + arguments,
      environment: environment)
  }

  private var environment: [String: String] {
    var variables = Environment.own()
    for key in variables.keys where key.hasPrefix("LEAPFROG_") { variables[key] = nil }
    for key in Self.overridden { variables[key] = nil }
    variables["RESTIC_REPOSITORY_FILE"] = "/dev/fd/3"
    variables["RESTIC_PASSWORD_FILE"] = passwordFile
    // A run whose reader has died ends at the next report.
    variables["RESTIC_PROGRESS_FPS"] = "1"
    return variables
  }

  /// nil when it does not end in time.
  private func wait(for pid: pid_t, until end: SuspendingClock.Instant) -> Int32? {
    var status: Int32 = 0
    while true {
      let found = retrying { waitpid(pid, &status, WNOHANG) }
      if found != 0 { return Self.exitStatus(status) }
      if SuspendingClock.now >= end { return nil }
      usleep(1000)
    }
  }

  /// Ends it, first so that it can take its lock away.
  private func kill(_ pid: pid_t) -> Int32 {
    Glibc.kill(-pid, SIGTERM)
    if let status = wait(for: pid, until: SuspendingClock.now + .seconds(10)) { return status }
    Glibc.kill(-pid, SIGKILL)
    return wait(for: pid, until: SuspendingClock.now + .seconds(60)) ?? 128 + SIGKILL
  }

  private static func exitStatus(_ status: Int32) -> Int32 {
    status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  private func redacted(_ text: String) -> String {
    var text = text.replacingOccurrences(of: repository, with: "the repository")
    // What a URL has before its host.
    if let at = repository.lastIndex(of: "@"), let slashes = repository.range(of: "//") {
      if slashes.upperBound < at {
        text = text.replacingOccurrences(of: repository[slashes.upperBound..<at], with: "…")
      }
    }
    return text
  }
}
