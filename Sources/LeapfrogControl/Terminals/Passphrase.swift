import Glibc
import LeapfrogCore
import Synchronization

/// Asks for a passphrase on the terminal, and nowhere else: one question after the other, and each once for
/// all hosts.
enum Passphrase {
  private static let answers = Mutex<[String: String]>([:])

  /// - Parameter isRetry: whether the answer of before was wrong.
  /// - Returns: nil where there is no terminal, or nothing was typed.
  @Sendable static func ask(_ question: String, isRetry: Bool) -> String? {
    answers.withLock { answers in
      if !isRetry, let known = answers[question] { return known }
      answers[question] = prompt(question)
      return answers[question]
    }
  }

  private static func prompt(_ question: String) -> String? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    guard tcgetpgrp(terminal) == getpgrp() else { return nil }
    guard
      TerminalModes.change(of: terminal, discards: true, { $0.c_lflag &= ~tcflag_t(ECHO) })
    else { return nil }
    defer { TerminalModes.restore() }
    put(question.visible + ": ", terminal)
    let line = line(terminal)
    put("\n", terminal)
    return line
  }

  private static func put(_ text: String, _ terminal: Int32) {
    let bytes = Array(text.utf8)
    _ = write(terminal, bytes, bytes.count)
  }

  private static func line(_ terminal: Int32) -> String? {
    var (bytes, byte) = ([UInt8](), UInt8(0))
    while read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n"), bytes.count < 1024 {
      bytes.append(byte)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
