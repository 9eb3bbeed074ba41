import Dispatch
import Foundation
import Glibc

/// The terminal that this process is on, handed over to a command on a host: what is typed goes there as
/// it is, Ctrl-C too.
final class LocalTerminal {
  private let before: termios
  private var sources: [any DispatchSourceSignal] = []

  /// - Returns: nil unless all standard streams are a terminal: where one is redirected, its bytes must not
  ///   be mixed with the others'.
  init?() {
    var before = termios()
    guard (0...2).allSatisfy({ isatty($0) == 1 }), tcgetattr(0, &before) == 0 else { return nil }
    self.before = before
  }

  /// Its kind and its size now.
  var kind: TerminalKind { Self.kind() }

  private static func kind() -> TerminalKind {
    let told = ProcessInfo.processInfo.environment["TERM"] ?? ""
    let name = (1...64).contains(told.utf8.count) ? told : "dumb"
    var size = winsize()
    let isKnown = ioctl(0, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return TerminalKind(
      name: name,
      columns: isKnown ? Int32(size.ws_col) : 80, rows: isKnown ? Int32(size.ws_row) : 24)
  }

  /// Lets everything that is typed through, and tells the command's terminal each new size.
  func hand(over channel: SSHChannel) {
    var raw = before
    cfmakeraw(&raw)
    tcsetattr(0, TCSADRAIN, &raw)
    listen(to: SIGWINCH) {
      let kind = Self.kind()
      Task { await channel.resize(kind) }
    }
    for number in [SIGINT, SIGQUIT, SIGTERM, SIGHUP] {
      listen(to: number) { [before] in
        Self.restore(before)
        Self.end(by: number)
      }
    }
  }

  /// Makes the terminal as it was.
  func takeBack() {
    Self.restore(before)
    for source in sources { source.cancel() }
    sources = []
  }

  private static func restore(_ before: termios) {
    var before = before
    tcsetattr(0, TCSADRAIN, &before)
  }

  /// To the process, because this thread takes no signals.
  private static func end(by number: Int32) {
    signal(number, SIG_DFL)
    kill(getpid(), number)
    usleep(200_000)
    _exit(128 + number)
  }

  private func listen(to number: Int32, _ body: @escaping @Sendable () -> Void) {
    if number != SIGWINCH { signal(number, SIG_IGN) }
    let source = DispatchSource.makeSignalSource(signal: number)
    source.setEventHandler(handler: body)
    source.resume()
    sources.append(source)
  }
}
