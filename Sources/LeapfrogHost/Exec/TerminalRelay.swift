import Glibc
import LeapfrogCore

/// Carries bytes and sizes between the caller's terminal and the command's own.
struct TerminalRelay: ~Copyable {
  private(set) var caller: CallerTerminal
  private(set) var terminal: PseudoTerminal
  /// Whether anything more can be typed.
  private var hasInput: Bool

  init(caller: CallerTerminal, terminal: consuming PseudoTerminal) {
    self.caller = caller
    self.terminal = terminal
    hasInput = caller.streams.contains(0)
  }

  mutating func begin() { caller.makeRaw() }

  mutating func end() { caller.restore() }

  /// Waits for something to carry, or for `other`, and carries it.
  mutating func pass(besides other: Int32) {
    // A job in the background that reads is stopped; its turn is looked for again and again.
    let isOurs = caller.isOurs
    let reads = hasInput && isOurs && terminal.typed.isEmpty
    let events = POLLIN | (terminal.typed.isEmpty ? 0 : POLLOUT)
    var files = [
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
      pollfd(fd: terminal.control.number, events: Int16(events), revents: 0),
      pollfd(fd: reads ? 0 : -1, events: Int16(POLLIN), revents: 0),
    ]
    poll(&files, 3, hasInput && !isOurs ? 300 : -1)
    if files[1].revents != 0 {
      show(terminal.output())
      terminal.flush()
    }
    if files[2].revents != 0 { read() }
    if !isOurs { caller.makeRaw() }
  }

  /// Takes a signal that says something about the caller's terminal.
  mutating func take(_ signal: Int32) {
    switch signal {
    case SIGWINCH: terminal.resize(caller.size)
    case SIGCONT:
      caller.makeRaw()
      terminal.resize(caller.size)
    default: break
    }
  }

  /// Shows what the command has printed last.
  mutating func drain() {
    while case let bytes = terminal.output(), !bytes.isEmpty { show(bytes) }
  }

  /// A caller that has closed the terminal sees nothing, and the command goes on.
  private func show(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { try? Files.writeAll($0, to: caller.number, path: "the terminal") }
  }

  private mutating func read() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(0, &bytes, bytes.count)
    if count > 0 {
      terminal.type(bytes.prefix(count))
    } else if count == 0 {
      terminal.typeEnd()
      hasInput = !caller.passesKeys && isatty(0) == 1
    } else {
      hasInput = errno == EINTR || errno == EAGAIN
    }
    terminal.flush()
  }
}
