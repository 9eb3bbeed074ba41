import Glibc
import LeapfrogCore

/// A command that runs for the caller, with other rights: it has a session of its own, and a
/// terminal of its own where we are on one. With a descriptor of the caller's terminal, or with the
/// caller's session, it could type into the caller's shell.
struct ForegroundCommand {
  /// The file, and its arguments with the program's name first.
  let program: String
  let arguments: [String]
  let environment: [String: String]
  let directory: String
  /// Whom it runs as; nil for ourselves.
  let user: JobUser?
  /// A descriptor that it keeps open as its 3, with whatever it leaves running.
  let kept: Int32

  /// What would have reached it, had it taken our place.
  private static let passedOn = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]

  /// Runs it to its end.
  ///
  /// - Throws: `Failure` when it cannot be executed.
  func run() throws -> JobResult {
    let signals = try SignalQueue(of: Self.passedOn + [SIGCHLD, SIGWINCH, SIGCONT, SIGTSTP])
    guard let caller = CallerTerminal() else {
      return Self.follow(try start(streams: [0, 1, 2], terminal: -1), signals)
    }
    var relay = TerminalRelay(
      caller: caller, terminal: try PseudoTerminal(like: caller, for: user))
    relay.begin()
    defer { relay.end() }
    let end = relay.terminal.end.number
    let streams = (0...2).map { caller.streams.contains($0) ? end : $0 }
    let command = try start(streams: streams, terminal: end)
    return Self.follow(command, signals, &relay)
  }

  // MARK: Its course

  private static func follow(_ command: pid_t, _ signals: borrowing SignalQueue) -> JobResult {
    while true {
      var files = [pollfd(fd: signals.file.number, events: Int16(POLLIN), revents: 0)]
      poll(&files, 1, -1)
      while let signal = signals.next() { take(signal, command) }
      if let result = result(of: command) { return result }
    }
  }

  private static func follow(
    _ command: pid_t, _ signals: borrowing SignalQueue, _ relay: inout TerminalRelay
  ) -> JobResult {
    while true {
      relay.pass(besides: signals.file.number)
      while let signal = signals.next() {
        take(signal, command)
        relay.take(signal)
      }
      guard let result = result(of: command) else { continue }
      relay.drain()
      return result
    }
  }

  /// Does to the command what is done to us.
  private static func take(_ signal: Int32, _ command: pid_t) {
    switch signal {
    case SIGCHLD, SIGWINCH: break
    case SIGTSTP:
      kill(-command, SIGSTOP)
      kill(getpid(), SIGSTOP)
    default: kill(-command, signal)
    }
  }

  private static func result(of command: pid_t) -> JobResult? {
    var status: Int32 = 0
    guard retrying({ waitpid(command, &status, WNOHANG) }) == command else { return nil }
    return JobResult(waitStatus: status)
  }

  // MARK: Its start

  private func start(streams: [Int32], terminal: Int32) throws -> pid_t {
    // Its end is waited for, whatever our caller does with children.
    signal(SIGCHLD, SIG_DFL)
    var command = SessionCommand(program: program, arguments: arguments, environment: environment)
    (command.directory, command.user) = (directory, user)
    command.descriptors = streams + [kept]
    (command.startsSession, command.endsWithCaller, command.terminal) = (true, true, terminal)
    command.runsScripts = true
    let pid = command.start()
    guard pid > 0 else { throw Failure.system("run", program) }
    return pid
  }
}
