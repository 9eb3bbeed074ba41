import ArgumentParser
import Glibc
import LeapfrogHost

/// Answers a controller on standard input and output.
struct RPCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rpc", abstract: "Answers a controller on standard input and output.")

  func run() throws {
    // Workers outlive this process; while it lives the kernel may reap them.
    signal(SIGCHLD, SIG_IGN)
    try Server().run()
  }
}
