import ArgumentParser
import Glibc
import LeapfrogCore
import LeapfrogHost

/// What a host does for leapfrog. People use `leapfrog`, which starts this.
@main
struct HostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leapfrog-host",
    abstract: "The part of leapfrog that works where the platforms are.",
    subcommands: [
      RPCCommand.self, WorkCommand.self, RunCommand.self, RecoverCommand.self, StatusCommand.self,
      RollbackCommand.self, RebuildCommand.self, ClaimsCommand.self, ExecCommand.self,
      SQLiteCommand.self, EncloseCommand.self,
    ])

  static func main() {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      StandardError.print("\(failure)")
      Glibc.exit(failure.exitStatus)
    } catch {
      end(with: error)
    }
  }

  /// Ends as the argument parser would, but with the exit status that the public contract has for a
  /// wrong command line.
  private static func end(with error: any Error) -> Never {
    guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
    StandardError.print(message(for: error))
    Glibc.exit(Failure.usage("").exitStatus)
  }
}
