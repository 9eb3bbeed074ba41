import Glibc
import LeapfrogCore

/// The terminal that this process was called on, as far as the standard streams lead to one.
struct CallerTerminal {
  /// Which of the standard streams are the terminal.
  let streams: [Int32]
  /// Where its modes and its size are asked for, and what the command prints is shown.
  let number: Int32
  /// Its modes before anything was changed.
  let modes: termios
  private var isRaw = false

  /// nil where no standard stream is a terminal.
  init?() {
    streams = (0...2).filter { isatty($0) == 1 }
    guard let first = [1, 2, 0].first(where: streams.contains) else { return nil }
    var found = termios()
    guard tcgetattr(first, &found) == 0 else { return nil }
    (number, modes) = (first, found)
  }

  /// Whether what is typed is for us to read, and not for another job of the shell.
  var isOurs: Bool { streams.contains(0) && tcgetpgrp(0) == getpgrp() }

  /// Whether every key goes to the command as it is. Where a pipeline follows, its other commands use the
  /// terminal, too, and its modes are left alone.
  var passesKeys: Bool { streams.contains(0) && !Self.isPipe(1) }

  var size: winsize {
    var size = winsize()
    _ = ioctl(number, UInt(TIOCGWINSZ), &size)
    return size
  }

  /// Lets everything through that is typed, Ctrl-C too, where that is for us.
  mutating func makeRaw() {
    guard passesKeys, isOurs else { return }
    var raw = modes
    cfmakeraw(&raw)
    isRaw = tcsetattr(0, TCSADRAIN, &raw) == 0 || isRaw
  }

  /// Gives it back as it was.
  mutating func restore() {
    guard isRaw else { return }
    var before = modes
    tcsetattr(0, TCSADRAIN, &before)
    isRaw = false
  }

  private static func isPipe(_ number: Int32) -> Bool {
    var status = stat()
    guard fstat(number, &status) == 0 else { return false }
    return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }
}
