import CPosix
import Glibc

/// Sees a running command to its end: takes its output, reaps it and what it leaves behind, and ends
/// all of them when the time is up.
///
/// The process must be a subreaper, so that every descendant stays below it, and must have called
/// `Supervision.prepare` before it started the command.
struct Supervision {
  let command: pid_t
  let keepsDaemons: Bool
  /// Between SIGTERM and SIGKILL.
  let grace: Duration
  private(set) var pump: OutputPump
  private var status: Int32?
  private var hasChildren = true

  /// How long to wait for processes that do not even die of SIGKILL: they hang in the kernel and can
  /// no longer run a single instruction of their own.
  private static let patience = Duration.seconds(10)

  init(of command: pid_t, keepsDaemons: Bool, grace: Duration, pump: OutputPump) {
    self.command = command
    self.keepsDaemons = keepsDaemons
    self.grace = grace
    self.pump = pump
  }

  /// Ignores the signals that must not part the runner from its command, and lets SIGCHLD interrupt
  /// `ppoll` and nothing else.
  static func prepare() {
    for ignored in [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGPIPE] { signal(ignored, SIG_IGN) }
    signal(SIGCHLD) { _ in }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGCHLD)
    sigprocmask(SIG_BLOCK, &signals, nil)
  }

  /// Waits for the end of the command, at most `timeout` seconds, and of all its processes.
  mutating func result(timeout: Int) -> JobResult {
    let isInTime = wait(.seconds(timeout), for: \.hasExited)
    if !isInTime || !isOver { endAll() }
    pump.complete()
    guard isInTime, let status else { return .timedOut(seconds: timeout) }
    return JobResult(waitStatus: status)
  }

  private var hasExited: Bool { status != nil }

  /// Whether nothing is left that has to end.
  private var isOver: Bool { !hasChildren || (keepsDaemons && hasExited) }

  private mutating func endAll() {
    send(SIGTERM)
    send(SIGCONT)
    if wait(grace, for: \.isOver) { return }
    let end = SuspendingClock.now + Self.patience
    while SuspendingClock.now < end {
      send(SIGKILL)
      if wait(.milliseconds(20), for: \.isOver) { return }
    }
  }

  /// Sends a signal to all processes of the command; where daemons are kept, to those alone that did
  /// not leave its session.
  private func send(_ signal: Int32) {
    if !hasExited { kill(-command, signal) }
    for process in ProcessTree.descendants(of: getpid()) {
      if !keepsDaemons || process.session == command { kill(process.pid, signal) }
    }
  }

  /// Goes on until the condition holds or the time is over.
  ///
  /// - Returns: whether the condition holds.
  private mutating func wait(_ time: Duration, for condition: KeyPath<Self, Bool>) -> Bool {
    let end = SuspendingClock.now + time
    while true {
      reap()
      if self[keyPath: condition] { return true }
      let rest = end - SuspendingClock.now
      if rest <= .zero { return false }
      takeOutput(within: rest)
    }
  }

  /// Waits for output or for the end of a child.
  private mutating func takeOutput(within time: Duration) {
    var file = pollfd(fd: pump.pipe, events: Int16(POLLIN), revents: 0)
    let parts = time.components
    var limit = timespec(
      tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    if ppoll(&file, 1, &limit, &unblocked) > 0 { pump.take() }
  }

  private mutating func reap() {
    while true {
      var ended: Int32 = 0
      let pid = waitpid(-1, &ended, WNOHANG)
      if pid == command { status = ended }
      if pid == 0 { return }
      if pid < 0, errno != EINTR { return hasChildren = false }
    }
  }
}
