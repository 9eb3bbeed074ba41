import CPosix
import Glibc

/// A process that becomes another account, or gets a terminal, between fork and exec; `posix_spawn` can do
/// neither without giving a thread of ours that account's id.
struct SessionCommand {
  /// The file, and its arguments with the program's name first.
  let program: String
  let arguments: [String]
  let environment: [String: String]
  /// Where it runs; where we are when nil.
  var directory: String?
  /// Whom it becomes; nobody else when nil.
  var user: JobUser?
  /// What it has as 0, 1, 2 and so on; -1 for nothing.
  var descriptors: [Int32] = []
  var startsSession = false
  var endsWithCaller = false
  /// -1 for none.
  var terminal: Int32 = -1
  /// Whether a script without a first line is run by the shell.
  var runsScripts = false
  var limits: ProcessLimits?

  /// Starts it.
  ///
  /// - Returns: its process id; -1, with the reason in `errno`, when it could not be executed.
  func start() -> pid_t {
    let words = CStringArray(arguments)
    let shell = CStringArray(["sh", program] + arguments.dropFirst())
    let variables = CStringArray(environment.map { "\($0.key)=\($0.value)" })
    let directory = directory.map { strdup($0) } ?? nil
    defer { free(directory) }
    var command = session_command()
    command.arguments = UnsafePointer(words.pointers)
    command.shell_arguments = runsScripts ? UnsafePointer(shell.pointers) : nil
    command.environment = UnsafePointer(variables.pointers)
    command.directory = UnsafePointer(directory)
    (command.starts_session, command.ends_with_caller) = (
      startsSession ? 1 : 0, endsWithCaller ? 1 : 0
    )
    command.terminal = terminal
    return program.withCString { program in
      descriptors.withUnsafeBufferPointer { descriptors in
        (limits?.all ?? []).withUnsafeBufferPointer { limits in
          (user?.groups ?? []).withUnsafeBufferPointer { groups in
            command.program = program
            (command.descriptor_count, command.descriptors) = (
              Int32(descriptors.count), descriptors.baseAddress
            )
            (command.limit_count, command.limits) = (Int32(limits.count), limits.baseAddress)
            if let user {
              (command.switches, command.user, command.group) = (1, user.uid, user.gid)
              (command.group_count, command.groups) = (Int32(groups.count), groups.baseAddress)
            }
            return start_session_command(&command)
          }
        }
      }
    }
  }
}

/// A null-terminated array of C strings.
private final class CStringArray {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    count = texts.count
    pointers = .allocate(capacity: count + 1)
    for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
    pointers[count] = nil
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }
}
