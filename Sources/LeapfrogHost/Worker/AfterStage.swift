import LeapfrogCore

/// Runs what the operator wants done once the code is ready and before the first site moves. A pair uses
/// each path again at every second release, so what remembers code by its path has to be told.
struct AfterStage {
  let layout: Layout
  let order: WorkOrder
  let platform: PlatformName
  let jobs: Jobs
  let journal: Journal
  let release: Int64

  func run() throws {
    let command = order.spec.afterStage
    guard !command.isNone else { return }
    let begun = ContinuousClock.now
    try journal.publish(
      Event(release: release, kind: .afterStageStarted, text: command.summary))
    try Failpoint.around("after-stage") { try perform(command) }
    try journal.publish(
      Event(release: release, kind: .afterStageFinished, seconds: Stopwatch.seconds(since: begun)))
  }

  private func perform(_ command: Command) throws {
    let request = JobRequest(
      id: try jobs.freeID("r\(release)-after-stage"), arguments: command.arguments,
      environment: AppEnvironment(layout: layout, spec: order.spec, site: nil, platform: platform)
        .variables,
      directory: layout.platform(platform), user: nil, timeout: order.spec.commandTimeout,
      keepsDaemons: true)
    guard case .finished(let result) = try jobs.run(request) else {
      throw Failure.failed(
        "the command after the stage of \(platform) was lost: its end was not seen")
    }
    guard !result.isSuccess else { return }
    throw result.failure(
      of: "the command after the stage of \(platform)", output: jobs.outputPath(of: request.id))
  }
}

extension Jobs {
  /// A job's name that was not used yet: attempts are counted.
  func freeID(_ name: String) throws -> String {
    var attempt = 1
    while try state(of: "\(name)-\(attempt)") != .absent { attempt += 1 }
    return "\(name)-\(attempt)"
  }
}
