import Glibc
import LeapfrogCore

/// Asks everything that makes a site healthy by its configuration: pages at a listener, and commands.
struct SiteChecks {
  let migration: SiteMigration
  /// The listener, as `http://HOST:PORT`; nil where there is none, so that no page is asked.
  let address: String?

  /// - Throws: `Failure` of the first check that stays wrong.
  func run() throws {
    for check in migration.site.checks {
      try Self.repeated(check.retries) { try ask(check) }
    }
  }

  private func ask(_ check: CheckSpec) throws {
    guard check.command.isNone else {
      return try migration.app(on: migration.plan.to).run(
        check.command, as: "check", timeout: check.timeout)
    }
    guard let address else { return }
    try PageCheck(check: check, domain: migration.site.name, address: address).verify()
  }

  /// Does it again, a second later, as often as that.
  static func repeated(_ retries: Int, pause: UInt32 = 1_000_000, _ body: () throws -> Void) throws
  {
    for attempt in 0...max(0, retries) {
      do { return try body() } catch {
        guard attempt >= retries else {
          usleep(pause)
          continue
        }
        var failure = Failure(error)
        if attempt > 0 { failure.message += " (asked \(attempt + 1) times)" }
        throw failure
      }
    }
  }
}
