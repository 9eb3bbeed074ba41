import Glibc
import Synchronization

/// The modes of the terminal, changed for a while. Whatever ends this process meanwhile gives them back first:
/// a shell does not show what is typed on a terminal that was left without echo.
public enum TerminalModes {
  private typealias Handler = @convention(c) (Int32) -> Void

  private static let isChanged = Mutex(false)
  // For the handler of signals, which may wait for nobody: written before it is installed, and by one at a
  // time, as `isChanged` has it.
  private nonisolated(unsafe) static let before = UnsafeMutablePointer<termios>.allocate(
    capacity: 1)
  private nonisolated(unsafe) static let terminal = UnsafeMutablePointer<Int32>.allocate(
    capacity: 1)

  /// The signals that end a process whose terminal goes away, or whose user has had enough.
  private static let ends = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]

  /// Calls only what a handler of signals may call (signal-safety(7)).
  private static let giveBackAndEnd: Handler = { number in
    tcsetattr(terminal.pointee, TCSANOW, before)
    signal(number, SIG_DFL)
    kill(getpid(), number)
  }

  /// Changes the modes of a terminal until `restore`.
  ///
  /// - Parameter discards: whether what was typed already is thrown away.
  /// - Returns: false where there is no terminal, or it is changed already.
  static func change(
    of descriptor: Int32, discards: Bool = false, _ body: (inout termios) -> Void
  ) -> Bool {
    isChanged.withLock { isChanged in
      var modes = termios()
      guard !isChanged, tcgetattr(descriptor, &modes) == 0 else { return false }
      (before.pointee, terminal.pointee) = (modes, descriptor)
      ends.filter { handler(of: $0) == nil }.forEach { signal($0, giveBackAndEnd) }
      body(&modes)
      isChanged = tcsetattr(descriptor, discards ? TCSAFLUSH : TCSADRAIN, &modes) == 0
      if !isChanged { giveBack() }
      return isChanged
    }
  }

  /// Makes the modes what they were; nothing where they are.
  public static func restore() {
    isChanged.withLock { isChanged in
      if isChanged { giveBack() }
      isChanged = false
    }
  }

  private static func giveBack() {
    tcsetattr(terminal.pointee, TCSANOW, before)
    let ours = unsafeBitCast(giveBackAndEnd, to: Int.self)
    for number in ends where handler(of: number).map({ unsafeBitCast($0, to: Int.self) }) == ours {
      signal(number, SIG_DFL)
    }
  }

  /// What is called at a signal; nil where it ends the process. One that is ignored, as `nohup` has it, or that
  /// others listen to is left alone.
  private static func handler(of number: Int32) -> Handler? {
    var action = sigaction()
    sigaction(number, nil, &action)
    return action.__sigaction_handler.sa_handler
  }
}
