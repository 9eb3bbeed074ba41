import ArgumentParser
import Glibc
import LeapfrogCore

/// The command line: one file a command, and this list.
struct Leapfrog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leapfrog",
    abstract: "Take many sites on one code base to new code, one at a time, with a way back.",
    discussion: """
      Two platform directories per repository: the new code is staged on the idle
      one, then each site is closed, backed up, updated, checked and flipped by
      itself. A site that fails is put back as it was.

      EXAMPLES:
        leapfrog init acme v1          make the pair that leapfrog.yml describes
        leapfrog plan acme v2          what would happen; changes nothing
        leapfrog upgrade acme v2       do it
        leapfrog rollback acme         and back again

      Exit status: 0 done; 1 failed, everything as before; 2 usage or configuration;
      3 some sites moved, others are back; 4 refused by a rule; 5 needs a person.
      Completion: source <(leapfrog --generate-completion-script bash)
      """,
    version: "leapfrog 0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Releases",
        subcommands: [
          InitCommand.self, PlanCommand.self, UpgradeCommand.self, RollbackCommand.self,
          ResumeCommand.self, AbortCommand.self, PullCommand.self,
        ]),
      CommandGroup(
        name: "Looking",
        subcommands: [
          StatusCommand.self, HistoryCommand.self, EventsCommand.self, ProfileCommand.self,
          WebserverCommand.self, DoctorCommand.self,
        ]),
      CommandGroup(
        name: "Hosts, sites and backups",
        subcommands: [
          HostCommand.self, SiteCommand.self, ExecCommand.self, BackupCommand.self,
          RestoreCommand.self,
          BackupsCommand.self,
        ]),
    ])
}

@main
enum Main {
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Leapfrog.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      Output.end(0)
    } catch {
      Output.end(status(of: error))
    }
  }

  /// Prints what the parser has to say; its usage errors end with 2, as the contract says.
  private static func status(of error: any Error) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    guard Leapfrog.exitCode(for: error) != .success else {
      try? Output.write(.lines(Leapfrog.fullMessage(for: error) + "\n"))
      return 0
    }
    let words = Array(CommandLine.arguments.dropFirst())
    Console(json: words.contains("--json")).fail(UsageMistake(error: error, words: words).failure)
    return 2
  }
}
