import ArgumentParser
import Foundation
import Glibc
import LeapfrogControl
import LeapfrogCore

struct ExecCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run a command in the platform that a site is on now.",
    discussion: """
      What a crontab should call: never the wrong platform, and never during the
      site's migration. The command gets the LEAPFROG_ environment and what
      `environment` lists, and runs as the owner of the site's data, in a session of
      its own. Where leapfrog is on a terminal the command has one of its own. The exit
      status is the command's, or 128 and the number of the signal that ended it.
      Signals that leapfrog gets are passed on. On a host over SSH the command has a
      terminal if all standard streams of leapfrog are one; a crontab there can call
      `leapfrog-host exec` itself.

      EXAMPLES:
        leapfrog exec shop.example.com -- ./bin/cron
        leapfrog exec --wait 600 shop.example.com -- python3 manage.py clearsessions
        leapfrog exec shop.example.com -- bash
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: "Seconds to wait for a migration to end before declining.") var wait = 0
  @Argument(help: "The site, or one of its aliases.", completion: .sites) var site: String
  @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command:
    [String] = []

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("the command to run comes after `--`") }
    guard (0...86_400).contains(wait) else {
      throw ValidationError("--wait is from 0 to 86400 seconds")
    }
  }

  func run() async throws {
    try await global.run { context in
      for pair in context.configuration.pairs {
        if let found = pair.spec.sites.first(where: { $0.domains.contains(site) }) {
          return try await run(found, pair, context)
        }
      }
      throw Failure.usage("no pair has a site \(site)", remedy: "leapfrog status")
    }
  }

  private func run(_ site: SiteSpec, _ pair: PairConfiguration, _ context: Context) async throws
    -> Int32
  {
    // The host has the configuration of the last release, and nobody waits for the next one.
    let names = (pair.spec.environment ?? []) + (site.environment ?? [])
    let arguments =
      ["exec", pair.spec.root, site.name, "--wait", "\(wait)"]
      + ["--environment", names.joined(separator: ","), "--"] + command
    guard pair.host != "local" else {
      try replaceProcess(arguments)
      return 0
    }
    let remote = RemoteCommand(
      host: pair.host, executable: try Context.executable.get(),
      progress: UploadView(console: context.console).progress)
    return try await remote.run(arguments)
  }

  /// Becomes `leapfrog-host`, so that the terminal, signals and the exit status are its own.
  private func replaceProcess(_ arguments: [String]) throws {
    let host = try Context.executable.get().path
    let vector = ([host] + arguments).map { strdup($0) } + [nil]
    execv(host, vector)
    throw Failure.failed("\(host) does not start: \(String(cString: strerror(errno)))")
  }
}
