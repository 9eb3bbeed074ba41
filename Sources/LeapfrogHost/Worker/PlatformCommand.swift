import LeapfrogCore

/// A command of the pair, run as a job; it belongs to no site.
struct PlatformCommand {
  let layout: Layout
  let spec: PairSpec
  let platform: PlatformName
  let jobs: Jobs

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - name: the job's name, to which the attempt is added.
  ///   - what: what the command is, for a message.
  ///   - user: whom it runs as; ourselves when nil.
  ///   - directory: where it runs; the platform when nil.
  /// - Throws: `Failure` when it fails, or when its end was not seen.
  func run(
    _ command: Command, as name: String, what: String, by user: JobUser? = nil,
    in directory: String? = nil, keepsDaemons: Bool = false
  ) throws {
    let request = JobRequest(
      id: try jobs.freeID(name), arguments: command.arguments,
      environment: AppEnvironment(layout: layout, spec: spec, site: nil, platform: platform)
        .variables,
      directory: directory ?? layout.platform(platform), user: user, timeout: spec.commandTimeout,
      keepsDaemons: keepsDaemons)
    guard case .finished(let result) = try jobs.run(request) else {
      throw Failure.failed("\(what) was lost: its end was not seen")
    }
    guard !result.isSuccess else { return }
    throw result.failure(of: what, jobs.files(request.id), pair: spec.name)
  }
}
