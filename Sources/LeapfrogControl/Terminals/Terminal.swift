import Glibc

/// The terminal that git may ask its user on.
enum Terminal {
  /// Whether there is a terminal and this process may use it.
  static var isOurs: Bool {
    isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
  }

  /// Makes a process group the terminal's foreground while `body` runs, so that it can read answers.
  static func lend<Result>(
    to group: pid_t, _ body: () async throws -> Result
  ) async rethrows -> Result {
    let ours = getpgrp()
    setForeground(group)
    defer { setForeground(ours) }
    // It may have been stopped for reading before the terminal was its own.
    kill(-group, SIGCONT)
    return try await body()
  }

  private static func setForeground(_ group: pid_t) {
    var stop = sigset_t()
    var before = sigset_t()
    sigemptyset(&stop)
    sigaddset(&stop, SIGTTOU)
    // A background process that sets the foreground is stopped unless the signal is blocked.
    pthread_sigmask(SIG_BLOCK, &stop, &before)
    tcsetpgrp(STDIN_FILENO, group)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
