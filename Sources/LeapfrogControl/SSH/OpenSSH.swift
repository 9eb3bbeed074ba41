import Foundation
import Glibc
import LeapfrogCore
import Subprocess
import SystemPackage

/// Asks OpenSSH's own programs how a host is reached and which keys are known.
enum OpenSSH {
  /// The environment variable that names a configuration file in place of the user's and the system's.
  static let configurationVariable = "LEAPFROG_SSH_CONFIG"

  /// How a host is reached. `port` and `user` override what the configuration says.
  static func settings(of name: String, user: String? = nil, port: Int? = nil) async throws
    -> HostSettings
  {
    var arguments: [String] = []
    if let file = ProcessInfo.processInfo.environment[configurationVariable], !file.isEmpty {
      arguments += ["-F", file]
    }
    if let user { arguments += ["-l", user] }
    if let port { arguments += ["-p", "\(port)"] }
    let answer = try await run("ssh", arguments + ["-G", "--", name])
    guard answer.isSuccess else {
      throw Failure.usage(
        "ssh does not take \(Printable.quoted(name)) as a host: "
          + Printable.text(answer.error.trimmingCharacters(in: .whitespacesAndNewlines)),
        remedy: "ssh -G \(name)")
    }
    return HostSettings(name: name, printed: answer.output, home: home)
  }

  /// The lines of a file of known hosts that are about a host, hashed ones too.
  static func knownLines(of name: String, in file: String) async throws -> [String] {
    guard file != "/dev/null" else { return [] }
    guard access(file, R_OK) == 0 else {
      // Only of a file that is missing it is known that it holds no key.
      guard errno == ENOENT || errno == ENOTDIR else {
        throw Posix.failure("the known hosts of \(file) cannot be read")
      }
      return []
    }
    let answer = try await run("ssh-keygen", ["-F", name, "-f", file])
    return answer.output.split(whereSeparator: KnownHosts.endsLine).map(String.init)
      .filter { !$0.hasPrefix("#") }
  }

  /// Whether a key is in a list of revoked ones that `ssh-keygen -k` made.
  ///
  /// - Throws: what is wrong with the list.
  static func isRevoked(_ key: HostKey, in file: String) async throws -> Bool {
    // Not on standard input: the library traps where a program ends before it has read all.
    let path = "\(NSTemporaryDirectory())/leapfrog-\(UUID().uuidString).pub"
    try Data("\(key.type) \(key.base64)\n".utf8)
      .write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    defer { unlink(path) }
    let answer = try await run("ssh-keygen", ["-Q", "-f", file, path])
    if answer.isSuccess { return false }
    guard answer.output.hasSuffix("REVOKED\n") else {
      throw Failure.failed(answer.error.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return true
  }

  /// The home directory as OpenSSH sees it, which asks the accounts and not the environment.
  static var home: String {
    guard let entry = getpwuid(geteuid()), let path = entry.pointee.pw_dir else {
      return NSHomeDirectory()
    }
    return String(cString: path)
  }

  private struct Answer: Sendable {
    var isSuccess: Bool
    var output: String
    var error: String
  }

  private static func run(_ program: String, _ arguments: [String]) async throws -> Answer {
    guard let path = ProgramPath.find(program) else { throw missing(program) }
    let work = Task { try await answer(path, arguments) }
    do {
      return try await Waiting.within(patience, late: late(program, arguments)) {
        try await work.value
      }
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw missing(program)
    } catch {
      work.cancel()
      // It ends at once, unless what holds its output is out of reach.
      _ = try? await Waiting.within(2, late: late(program, arguments)) { await work.result }
      throw error
    }
  }

  /// Seconds for a program that has nobody to wait for, but for commands that a configuration names.
  private static let patience = 30.0

  private static func answer(_ path: String, _ arguments: [String]) async throws -> Answer {
    let result = try await Subprocess.run(
      .path(FilePath(path)), arguments: Arguments(arguments), platformOptions: options,
      input: .none, output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
    return Answer(
      isSuccess: result.terminationStatus.isSuccess, output: result.standardOutput,
      error: result.standardError)
  }

  /// A group of its own, which ends as a whole: the commands of a `Match exec` hold its output. Not on a
  /// terminal, where these may ask for something.
  private static var options: PlatformOptions {
    let isOwn = !Terminal.isOurs
    var options = PlatformOptions()
    if isOwn { options.processGroupID = 0 }
    options.teardownSequence = [
      .send(signal: .kill, toProcessGroup: isOwn, allowedDurationToNextStep: .seconds(1))
    ]
    return options
  }

  private static func late(_ program: String, _ arguments: [String]) -> Failure {
    let words = ([program] + arguments).map(Shell.quoted).joined(separator: " ")
    return .failed(
      "\(Printable.quoted(words)) has not answered for \(Int(patience)) s"
        + (program == "ssh" ? "; a `Match exec` of its configuration may hang" : ""), remedy: words)
  }

  private static func missing(_ program: String) -> Failure {
    .failed("\(program) is not installed here", remedy: "apt-get install openssh-client")
  }
}
