import CPosix
import Glibc
import LeapfrogCore

/// A process to be started, with nothing inherited that is not named here: default
/// signal actions, an empty signal mask, and no descriptors but the ones given.
public struct Spawn: Sendable {
  /// The file to execute; when relative, it is looked up in `directory`.
  public var program: String
  /// The arguments, the program's name first.
  public var arguments: [String]
  /// The whole environment.
  public var environment: [String: String]
  /// What the child has open: the child's number and ours. Of 0, 1 and 2, those that are not named
  /// are `/dev/null`; every other descriptor is closed.
  public var descriptors: [Int32: Int32] = [:]
  /// The working directory; the caller's when nil.
  public var directory: String?
  /// Whether the child leads a session, and so a process group, of its own.
  public var startsSession = false
  /// Whom the child becomes; nil for whom we are.
  var user: JobUser?
  /// What it may use of the machine; nil for as much as the caller.
  var limits: ProcessLimits?

  /// A process in the caller's directory and session, with `/dev/null` for its standard streams, where
  /// nothing else is set afterwards.
  public init(program: String, arguments: [String], environment: [String: String]) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }

  /// Starts the process.
  ///
  /// - Returns: its process id; the caller has to wait for it.
  /// - Throws: `Failure` naming the program, when it could not be executed.
  public func start() throws -> pid_t {
    switch try attempt() {
    case .success(let pid): return pid
    case .failure(let fault): throw Failure.system("run", program, errno: fault.code)
    }
  }

  /// Why the system refused.
  struct Fault: Error { let code: Int32 }

  /// Starts the process; answers with the reason when the system refuses.
  func attempt() throws -> Result<pid_t, Fault> {
    let sources = try movedAway()
    defer { sources.values.forEach { _ = close($0) } }
    if let user { return try attempt(as: user, sources) }
    var actions = FileActions()
    actions.assign(sources)
    if let directory { actions.change(to: directory) }
    var attributes = Attributes(flags)
    let arguments = CStrings(arguments)
    let environment = CStrings(environment.map { "\($0.key)=\($0.value)" })
    var pid: pid_t = 0
    let code = posix_spawn(
      &pid, program, &actions.value, &attributes.value, arguments.pointers, environment.pointers)
    guard code == 0 else { return .failure(Fault(code: code)) }
    if let fault = limits?.fault(limiting: pid) {
      kill(pid, SIGKILL)
      retrying { waitpid(pid, nil, 0) }
      return .failure(Fault(code: fault))
    }
    return .success(pid)
  }

  private func attempt(as user: JobUser, _ sources: [Int32: Int32]) throws -> Result<pid_t, Fault> {
    let null = try Descriptor(opening: "/dev/null", O_RDWR)
    let none = null.number
    var command = SessionCommand(program: program, arguments: arguments, environment: environment)
    (command.directory, command.user, command.limits) = (directory, user, limits)
    command.startsSession = startsSession
    let last = max(2, sources.keys.max() ?? 2)
    command.descriptors = (0...last).map { sources[$0] ?? ($0 <= 2 ? none : -1) }
    let pid = command.start()
    return pid > 0 ? .success(pid) : .failure(Fault(code: errno))
  }

  private var flags: Int32 {
    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
      | (startsSession ? POSIX_SPAWN_SETSID : 0)
  }

  /// Duplicates above every number that the child gets, so that no assignment overwrites the source
  /// of another.
  private func movedAway() throws -> [Int32: Int32] {
    let base = max(2, descriptors.keys.max() ?? 2) + 1
    var moved: [Int32: Int32] = [:]
    for (number, source) in descriptors {
      let copy = fcntl(source, F_DUPFD_CLOEXEC, base)
      guard copy >= 0 else {
        let failure = Failure.system("pass a descriptor to", program)
        moved.values.forEach { _ = close($0) }
        throw failure
      }
      moved[number] = copy
    }
    return moved
  }
}

/// What the child does with its descriptors and its directory before it executes the program.
private struct FileActions: ~Copyable {
  var value = posix_spawn_file_actions_t()

  init() { posix_spawn_file_actions_init(&value) }

  mutating func assign(_ sources: [Int32: Int32]) {
    let last = max(2, sources.keys.max() ?? 2)
    for number in 0...last {
      if let source = sources[number] {
        posix_spawn_file_actions_adddup2(&value, source, number)
      } else if number <= 2 {
        posix_spawn_file_actions_addopen(&value, number, "/dev/null", O_RDWR, 0)
      } else {
        posix_spawn_file_actions_addclose(&value, number)
      }
    }
    posix_spawn_file_actions_addclosefrom_np(&value, last + 1)
  }

  mutating func change(to directory: String) {
    posix_spawn_file_actions_addchdir_np(&value, directory)
  }

  deinit {
    var value = value
    posix_spawn_file_actions_destroy(&value)
  }
}

/// The flags of a spawn; every signal gets its default action and none is blocked.
private struct Attributes: ~Copyable {
  var value = posix_spawnattr_t()

  init(_ flags: Int32) {
    posix_spawnattr_init(&value)
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&value, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&value, &signals)
    posix_spawnattr_setflags(&value, Int16(truncatingIfNeeded: flags))
  }

  deinit {
    var value = value
    posix_spawnattr_destroy(&value)
  }
}

/// A null-terminated array of C strings.
private struct CStrings: ~Copyable {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

  deinit { pointers.forEach { free($0) } }
}
