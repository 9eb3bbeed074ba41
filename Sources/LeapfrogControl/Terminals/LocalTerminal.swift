import Dispatch
import Foundation
import Glibc

/// The terminal that this process is on, handed over to a command on a host: what is typed goes there as
/// it is, Ctrl-C too.
final class LocalTerminal {
  private var resized: (any DispatchSourceSignal)?

  /// - Returns: nil unless all standard streams are a terminal: where one is redirected, its bytes must not
  ///   be mixed with the others'.
  init?() {
    guard (0...2).allSatisfy({ isatty($0) == 1 }) else { return nil }
  }

  /// Its kind and its size now.
  var kind: TerminalKind { Self.kind() }

  private static func kind() -> TerminalKind {
    let told = ProcessInfo.processInfo.environment["TERM"] ?? ""
    let name = (1...64).contains(told.utf8.count) ? told : "dumb"
    var size = winsize()
    let isKnown = ioctl(0, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return TerminalKind(
      name: name, columns: isKnown ? Int32(size.ws_col) : 80,
      rows: isKnown ? Int32(size.ws_row) : 24)
  }

  /// Lets everything that is typed through, and tells the command's terminal each new size.
  func hand(over channel: SSHChannel) {
    _ = TerminalModes.change(of: 0) { cfmakeraw(&$0) }
    let source = DispatchSource.makeSignalSource(signal: SIGWINCH)
    source.setEventHandler {
      let kind = Self.kind()
      Task { await channel.resize(kind) }
    }
    source.resume()
    resized = source
  }

  /// Makes the terminal as it was.
  func takeBack() {
    TerminalModes.restore()
    resized?.cancel()
    resized = nil
  }
}
