import CPosix
import Glibc
import LeapfrogCore

/// Signals of this process that are read one after the other instead of ending it.
struct SignalQueue: ~Copyable {
  /// Can be waited for.
  let file: Descriptor

  /// Unblocks every signal: the parent of this process may have blocked some.
  static func open() {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
  }

  /// From now on these are read here. One that is ignored, as `nohup` has it, stays so.
  init(of signals: [Int32]) throws {
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals where !Self.isIgnored(number) { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    file = Descriptor(
      adopting: try system("listen to", "signals") {
        signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
      })
  }

  /// The next one; nil where none has arrived.
  func next() -> Int32? {
    var info = signalfd_siginfo()
    let (number, size) = (file.number, MemoryLayout<signalfd_siginfo>.size)
    return retrying { read(number, &info, size) } == size ? Int32(info.ssi_signo) : nil
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
