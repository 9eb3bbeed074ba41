import LeapfrogCore

/// Runs the commands of a site's app as jobs of its migration.
struct AppCommands {
  /// The app's own word about its data.
  enum Pending { case none, some }

  let migration: SiteMigration
  let platform: PlatformName

  /// Runs a command that may be run again, each time as a new job.
  ///
  /// - Parameter timeout: seconds, where they are not the pair's.
  func run(
    _ command: Command, as name: String, keepsDaemons: Bool = false, timeout: Int? = nil
  ) throws {
    guard !command.isNone else { return }
    _ = try status(
      of: command, as: name, accepting: [0], keepsDaemons: keepsDaemons, timeout: timeout)
  }

  /// Asks the app whether an update is pending.
  func pending() throws -> Pending {
    let command = migration.site.commands.pending
    guard !command.isNone else { return .none }
    return try status(of: command, as: "pending", accepting: [0, 3]) == 3 ? .some : .none
  }

  /// Runs a command that must never run twice in a migration.
  func runOnce(_ command: Command, as name: String) throws {
    guard !command.isNone else { return }
    let request = try request(command, id: id(name))
    try Self.require(try migration.jobs.run(request), request, migration, accepting: [0])
  }

  /// What became of a command that must never run twice.
  func outcome(_ command: Command, as name: String) throws -> Probe {
    guard !command.isNone else { return .redo }
    let state = try migration.jobs.settledState(of: id(name))
    if case .absent = state { return .redo }
    do {
      try Self.require(state, try request(command, id: id(name)), migration, accepting: [0])
      return .done
    } catch {
      return .failed(Failure(error))
    }
  }

  private func status(
    of command: Command, as name: String, accepting accepted: [Int32], keepsDaemons: Bool = false,
    timeout: Int? = nil
  ) throws -> Int32 {
    var request = try request(command, id: try migration.jobs.freeID(id(name)))
    (request.keepsDaemons, request.isRepeatable) = (keepsDaemons, true)
    request.timeout = timeout ?? request.timeout
    return try Self.require(
      try migration.jobs.run(request), request, migration, accepting: accepted)
  }

  @discardableResult
  private static func require(
    _ state: JobState, _ request: JobRequest, _ migration: SiteMigration,
    accepting accepted: [Int32]
  ) throws -> Int32 {
    guard case .finished(let result) = state else {
      throw Failure.failed("\(what(request)) was lost: its end was not seen")
    }
    if case .exited(let status) = result, accepted.contains(status) { return status }
    throw result.failure(
      of: what(request), migration.jobs.files(request.id), pair: migration.order.spec.name)
  }

  private static func what(_ request: JobRequest) -> String {
    "the command `\(Command(request.arguments).summary)`"
  }

  private func request(_ command: Command, id: String) throws -> JobRequest {
    let site = migration.site
    let user = try AppUser.of(site, layout: migration.layout)
    return JobRequest(
      id: id, arguments: command.arguments,
      environment: AppEnvironment(
        layout: migration.layout, spec: migration.order.spec, site: site.name, platform: platform,
        user: user
      ).variables,
      directory: migration.layout.platform(platform), user: user,
      timeout: migration.order.spec.commandTimeout)
  }

  private func id(_ name: String) -> String { "m\(migration.record.id)-\(name)" }
}
