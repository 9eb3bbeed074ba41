import LeapfrogCore
import Subprocess
import SystemPackage

/// One run of the `git` executable: own process group, capped output, ended as a whole.
struct GitProcess: Sendable {
  /// How a run ended.
  struct Outcome: Sendable {
    var isSuccess: Bool
    /// The end of what git said.
    var said: String

    fileprivate init(_ status: TerminationStatus, said: String) {
      isSuccess = status.isSuccess
      self.said = said
      if case .signaled(let signal) = status { self.said += "\ngit was ended by signal \(signal)" }
    }
  }

  let arguments: [String]
  /// The standard output of the child. It is the lock of the mirror, so that the lock outlives this
  /// process for as long as git is at work.
  let output: Int32
  /// Variables that git gets besides this process's own.
  let variables: [String: String]

  /// Runs git to its end; a cancelled task ends it, with all it has started.
  func run() async throws -> Outcome {
    do {
      let result = try await execute()
      return Outcome(result.terminationStatus, said: result.closureResult)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw Self.missing
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw Failure.failed("git could not be run: \(error)")
    }
  }

  private static let missing = Failure.failed(
    "git is not installed here", remedy: "apt-get install git")

  private typealias Child = Execution<NoInput, FileDescriptorOutput, SequenceOutput>

  private func execute() async throws -> ExecutionResult<
    String, FileDescriptorOutput, SequenceOutput
  > {
    let asks = Terminal.isOurs
    guard let git = ProgramPath.find("git", in: variables["PATH"]) else { throw Self.missing }
    return try await Subprocess.run(
      .path(FilePath(git)), arguments: Arguments(arguments), environment: environment(asks: asks),
      platformOptions: options(asks: asks), input: .none,
      output: .fileDescriptor(
        FileDescriptor(rawValue: output), closeAfterSpawningProcess: false),
      error: .sequence
    ) { child in
      guard asks else { return try await follow(child) }
      return try await Terminal.lend(to: child.processIdentifier.value) {
        try await follow(child)
      }
    }
  }

  /// Reads what git says until it ends.
  private func follow(_ child: Child) async throws -> String {
    var tail: [UInt8] = []
    do {
      for try await buffer in child.standardError {
        tail.append(contentsOf: buffer.withUnsafeBytes { Array($0) })
        if tail.count > 4 * Self.limit { tail.removeFirst(tail.count - Self.limit) }
      }
      try Task.checkCancellation()
    } catch {
      await child.teardown(using: Self.teardown)
      // What ignored the first signal outlives git; git's own number is still taken, so the group
      // cannot be somebody else's.
      try? child.send(signal: .kill, toProcessGroup: true)
      throw error
    }
    return String(decoding: tail.suffix(Self.limit), as: UTF8.self)
  }

  private static let limit = 8192

  private static let teardown: [TeardownStep] = [
    .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
  ]

  private func options(asks: Bool) -> PlatformOptions {
    var options = PlatformOptions()
    if asks { options.processGroupID = 0 } else { options.createSession = true }
    options.teardownSequence = Self.teardown
    return options
  }

  private func environment(asks: Bool) -> Environment {
    var changes: [Environment.Key: String?] = ["LC_ALL": "C"]
    if !asks { changes["GIT_TERMINAL_PROMPT"] = "0" }
    // Set where this runs below a git command, for example in a hook; they mean another repository.
    for name in Self.foreign { changes[name] = .some(nil) }
    for (name, value) in variables { changes[Environment.Key(stringLiteral: name)] = value }
    return .inherit.updating(changes)
  }

  private static let foreign: [Environment.Key] = [
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX",
    "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_QUARANTINE_PATH",
  ]
}
