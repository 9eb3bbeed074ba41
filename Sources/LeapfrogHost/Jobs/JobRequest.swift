import Foundation
import Glibc
import LeapfrogCore

/// A command of the app to be run as a job.
struct JobRequest: Codable, Sendable {
  /// The job's name, one in the pair; letters, digits, `.`, `_` and `-`.
  var id: String
  /// The program and its arguments. A program without a slash is looked up in the `PATH` of
  /// `environment`.
  var arguments: [String]
  /// The whole environment.
  var environment: [String: String]
  /// The working directory, absolute.
  var directory: String
  /// Whom the command runs as; as the caller when nil.
  var user: JobUser?
  /// Seconds after which the command is ended.
  var timeout: Int
  /// Bytes of output that are kept: the first half and the last half.
  var outputLimit = 8 << 20
  /// Whether processes may go on after the command has ended. They do not hold the pair's lock.
  var keepsDaemons = false
  /// Whether the command may be run again, as a new job: then nothing of this one has to outlast a
  /// power cut, and the disk is not waited for.
  var isRepeatable = false

  /// The longest timeout, in seconds: a year.
  static let longestTimeout = 366 * 86400

  /// Whether a name can be that of a job: it becomes a directory.
  static func isValid(id: String) -> Bool {
    guard let first = id.utf8.first, first != UInt8(ascii: "."), id.utf8.count <= 200 else {
      return false
    }
    return id.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
  }

  /// Checks what the system would cut short or misunderstand.
  ///
  /// - Throws: `Failure` naming the job and the fault, never a value of the environment.
  func validate() throws {
    guard Self.isValid(id: id) else {
      throw Failure.usage("the job name '\(id)' may hold only letters, digits, '.', '_' and '-'")
    }
    if let fault { throw Failure.usage("the job \(id) \(fault)") }
  }

  private var fault: String? {
    guard let program = arguments.first, !program.isEmpty else { return "has no program to run" }
    if arguments.contains(where: hasNUL) { return "has an argument that holds a NUL byte" }
    guard directory.hasPrefix("/"), !hasNUL(directory) else {
      return "needs an absolute directory, not '\(directory)'"
    }
    guard (1...Self.longestTimeout).contains(timeout) else {
      return "needs a timeout between 1 and \(Self.longestTimeout) seconds, not \(timeout)"
    }
    guard (2...(1 << 40)).contains(outputLimit) else {
      return "cannot keep \(outputLimit) bytes of output"
    }
    return environment.lazy.compactMap(fault(inVariable:)).first
  }

  private func fault(inVariable variable: (key: String, value: String)) -> String? {
    if variable.key.isEmpty || variable.key.contains("=") || hasNUL(variable.key) {
      return "has an environment variable named '\(variable.key)', which cannot be one"
    }
    if hasNUL(variable.value) {
      return "has a NUL byte in the environment variable \(variable.key)"
    }
    return nil
  }

  private func hasNUL(_ text: String) -> Bool { text.utf8.contains(0) }
}

/// What the worker writes down for the runner before the runner exists.
struct JobRecord: Codable, Sendable {
  /// Its environment holds only what is not `inherited`.
  var request: JobRequest
  /// The variables that the runner has from the worker and hands on. Their values may be secrets, so
  /// they are not written down.
  var inherited: [String]
  /// Seconds between SIGTERM and SIGKILL.
  var grace: Double

  init(_ request: JobRequest, grace: Double) {
    let own = Environment.own()
    self.request = request
    inherited = request.environment.filter { own[$0.key] == $0.value }.keys.sorted()
    for name in inherited { self.request.environment[name] = nil }
    self.grace = grace
  }

  /// The whole environment of the command, in its runner.
  var environment: [String: String] {
    let names = Set(inherited)
    return request.environment.merging(Environment.own().filter { names.contains($0.key) }) { $1 }
  }

  /// Reads a record.
  ///
  /// - Throws: `Failure` naming the file; what is in it is not told, since it may be secret.
  init(reading path: String) throws {
    let bytes = try Files.read(path)
    guard let record = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
      throw Failure.failed("\(path) is not the record of a job")
    }
    self = record
    try request.validate()
  }

  /// Writes the record into the job's directory, once; both last when this returns, unless the job is
  /// repeatable.
  ///
  /// A torn record is one all the same: the job counts as begun. That saves the rename, and so a
  /// second wait for the disk.
  func write(to path: String) throws {
    let bytes = try Array(JSONEncoder().encode(self))
    let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    do {
      try Files.writeAll(bytes, to: file, path: path)
      if !request.isRepeatable { try makeLast(file, path) }
    } catch {
      // Nothing has run yet, so this job was never begun.
      try? Files.remove(path)
      throw error
    }
  }

  private func makeLast(_ file: borrowing Descriptor, _ path: String) throws {
    let number = file.number
    try system("sync", path) { fsync(number) }
    let directory = Files.parent(of: path)
    try Files.sync(directory: directory)
    try Files.sync(directory: Files.parent(of: directory))
  }
}
