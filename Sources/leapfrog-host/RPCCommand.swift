import ArgumentParser
import Glibc
import LeapfrogHost

/// Answers a controller on standard input and output.
struct RPCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rpc", abstract: "Answers a controller on standard input and output.")

  @Option(
    help: ArgumentHelp(
      "Seconds to wait for the controller while a pair is locked.", visibility: .hidden))
  var lockedPatience = Self.locked ?? Patience().locked
  @Option(help: ArgumentHelp("Seconds to wait for the controller.", visibility: .hidden))
  var idlePatience = Patience().idle

  /// An account's own number, which a client may pass on by `SendEnv`.
  private static var locked: Double? {
    getenv("LEAPFROG_IDLE_LOCKED").flatMap { Double(String(cString: $0)) }
  }

  func run() throws {
    letTerminate()
    try Server(patience: Patience(locked: lockedPatience, idle: idlePatience)).run()
  }

  /// A controller that comes back ends its old session; who starts one may have blocked that signal.
  private func letTerminate() {
    signal(SIGTERM, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }
}
