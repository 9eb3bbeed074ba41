import LeapfrogCore

/// A site's app, asked for what its settings say of the database.
struct AppSettings: Sendable {
  let layout: Layout
  let pair: PairSpec
  let site: SiteSpec
  /// Where the command runs when the site is on no platform yet.
  var fallback: PlatformName?
  /// Where it runs wherever the site is; nil for where that is.
  var platform: PlatformName?

  /// How long the command may take, and how much it may print, in bytes.
  private static let patience = 60
  private static let limit = 64 << 10

  /// Runs the site's `credentials` command as the site's user, in the platform that the site is on.
  /// What it prints is kept in memory alone.
  ///
  /// - Throws: `Failure` with what the command printed on its standard error, when it fails.
  func credentials() throws -> AppCredentials {
    let command = site.commands.credentials
    guard !command.isNone else {
      throw Failure.failed("\(site.name) has no `credentials` command that tells its database")
    }
    let user = try AppUser.of(site, layout: layout)
    let capture = try Capture.run(
      try spawn(command, user), as: user, limit: Self.limit, seconds: Self.patience)
    do {
      return try AppCredentials(json: try capture.successfulOutput())
    } catch {
      throw Failure.failed(
        "the command `\(command.summary)` of \(site.name): "
          + Self.withoutTexts(Failure(error).message))
    }
  }

  /// A trace of PHP or Python shows the arguments of calls, the password among them, in quotes.
  private static func withoutTexts(_ message: String) -> String {
    message.replacing(/(^|[^A-Za-z0-9])(?:"[^"]*"?|'[^']*'?)/) { "\($0.output.1)…" }
  }

  private func spawn(_ command: Command, _ user: JobUser?) throws -> Spawn {
    let place = try platform ?? LiveLinks(layout: layout).platform(of: site.name) ?? fallback
    guard let platform = place else {
      throw Failure.failed("\(site.name) is on no platform whose settings could be read")
    }
    let environment = AppEnvironment(
      layout: layout, spec: pair, site: site.name, platform: platform, user: user
    ).variables
    let directory = layout.platform(platform)
    var spawn = Spawn(
      program: try Program.find(
        command.arguments[0], path: environment["PATH"], directory: directory),
      arguments: command.arguments, environment: environment)
    spawn.directory = directory
    return spawn
  }
}
