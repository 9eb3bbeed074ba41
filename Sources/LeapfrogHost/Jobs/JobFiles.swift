import CPosix
import Foundation
import Glibc
import LeapfrogCore

/// The files of one job, in a directory of its own.
struct JobFiles: Sendable {
  /// The job's directory, absolute.
  let directory: String

  init(directory: String) { self.directory = directory }

  /// - Throws: `Failure` when the name cannot be that of a job.
  init(checked id: String, _ layout: Layout) throws {
    guard JobRequest.isValid(id: id) else { throw Failure.usage("'\(id)' cannot name a job") }
    directory = layout.job(id)
  }

  /// What is to be run: written before anything else, and never changed.
  var record: String { "\(directory)/job.json" }
  /// Who runs it: the runner, and in a second line the command.
  var started: String { "\(directory)/started" }
  /// How it ended: the report.
  var result: String { "\(directory)/result" }
  /// What the command printed.
  var output: String { "\(directory)/output" }
  /// What the runner has to say, which is nothing as a rule.
  var log: String { "\(directory)/runner.log" }

  /// What the command holds locked while it lives. It is beside the jobs, where those of the finished ones
  /// are not in the way.
  var commandLock: String {
    "\(Self.commandLocks(beside: Files.parent(of: directory)))/\(Files.name(of: directory))"
  }

  /// Where these are, beside the directory of the jobs.
  static func commandLocks(beside jobs: String) -> String {
    "\(Files.parent(of: jobs))/command-locks"
  }

  /// The command that shows what the job's command printed, fit for a terminal.
  func look(pair: String) -> String {
    "leapfrog events \(pair) --output \(Files.name(of: directory))"
  }

  /// The variable by which the processes of the job are found when its runner has died.
  var marker: (key: String, value: String) { (Self.markerKey, directory) }

  static let markerKey = "LEAPFROG_JOB"

  /// A part of what the command has printed, from a byte on.
  ///
  /// - Throws: `Failure` when nothing is kept of the job.
  func output(from offset: Int64) throws -> JobOutput {
    let id = Files.name(of: directory)
    guard Files.exists(output) else {
      throw Failure.usage("no output of a job \(id) is kept")
    }
    let file = try Descriptor(opening: output, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    var bytes = [UInt8](repeating: 0, count: JobOutput.most)
    let number = file.number
    let count = try system("read", output) {
      pread(number, &bytes, bytes.count, off_t(max(0, offset)))
    }
    return JobOutput(bytes: Data(bytes[..<count]), size: FileStatus(file)?.size ?? 0)
  }

  /// The report; nil when there is none, or a torn one.
  func report() -> JobReport? {
    guard let bytes = try? Files.read(result, atMost: 1 << 20) else { return nil }
    return JobReport(line: bytes)
  }

  /// The processes that were recorded, the runner first.
  func processes() -> [ProcessIdentity] {
    guard let bytes = try? Files.read(started, atMost: 1 << 16) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .compactMap { ProcessIdentity(line: $0) }
  }
}

/// The file of the report, opened and given its space before the command starts, so that neither a
/// full disk nor a lost permission can hide how the command ended.
struct ReservedResult: ~Copyable {
  private let file: Descriptor
  private let path: String
  private let lasts: Bool

  /// `lasts` says whether the report has to outlast a power cut.
  init(_ path: String, lasts: Bool) throws {
    let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    let number = file.number
    let code = retrying { fallocate(number, FALLOC_FL_KEEP_SIZE, 0, 4096) }
    if code == -1, errno != EOPNOTSUPP { throw Failure.system("reserve space for", path) }
    self.path = path
    self.lasts = lasts
    self.file = file
  }

  /// Writes the report; when it has to last, it does when this returns.
  func write(_ report: JobReport) throws {
    try Files.writeAll(report.line(), to: file, path: path)
    guard lasts else { return }
    let number = file.number
    try system("sync", path) { fsync(number) }
    try Files.sync(directory: Files.parent(of: path))
  }
}
