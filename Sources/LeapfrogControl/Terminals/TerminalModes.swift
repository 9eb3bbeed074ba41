import Dispatch
import Glibc
import Synchronization

/// The modes of the terminal, changed for a while. Whatever ends this process meanwhile gives them back first:
/// a shell does not show what is typed on a terminal that was left without echo.
public enum TerminalModes {
  private struct Change: ~Copyable {
    let descriptor: Int32
    var before: termios
    let guards: [Guard]
  }

  /// Waits for a signal, in place of what was done at it before.
  private struct Guard {
    let number: Int32
    let before: Handler?
    let source: any DispatchSourceSignal
  }

  private typealias Handler = @convention(c) (Int32) -> Void

  private static let change = Mutex<Change?>(nil)
  /// The signals that end a process whose terminal goes away, or whose user has had enough.
  private static let ends = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]

  /// Changes the modes of a terminal until `restore`.
  ///
  /// - Parameter discards: whether what was typed already is thrown away.
  /// - Returns: false where there is no terminal, or it is changed already.
  static func change(
    of descriptor: Int32, discards: Bool = false, _ body: (inout termios) -> Void
  ) -> Bool {
    change.withLock { change in
      var modes = termios()
      guard change == nil, tcgetattr(descriptor, &modes) == 0 else { return false }
      change = Change(descriptor: descriptor, before: modes, guards: ends.compactMap(guarding))
      body(&modes)
      return tcsetattr(descriptor, discards ? TCSAFLUSH : TCSADRAIN, &modes) == 0
    }
  }

  /// Makes the modes what they were; nothing where they are.
  public static func restore() {
    change.withLock { change in
      guard var changed = change.take() else { return }
      tcsetattr(changed.descriptor, TCSANOW, &changed.before)
      for guardian in changed.guards {
        guardian.source.cancel()
        signal(guardian.number, guardian.before)
      }
    }
  }

  /// - Returns: nil for a signal that is ignored, as `nohup` has it, or that others wait for already.
  private static func guarding(_ number: Int32) -> Guard? {
    let before = signal(number, SIG_IGN)
    guard unsafeBitCast(before, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) else {
      return nil
    }
    let source = DispatchSource.makeSignalSource(signal: number)
    source.setEventHandler {
      restore()
      end(by: number)
    }
    source.resume()
    return Guard(number: number, before: before, source: source)
  }

  /// To the process, because this thread takes no signals.
  private static func end(by number: Int32) {
    signal(number, SIG_DFL)
    kill(getpid(), number)
    usleep(200_000)
    _exit(128 + number)
  }
}
