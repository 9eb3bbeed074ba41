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
    try Failpoint.around("after-stage") {
      try PlatformCommand(layout: layout, spec: order.spec, platform: platform, jobs: jobs).run(
        command, as: "r\(release)-after-stage",
        what: "the command after the stage of \(platform)", keepsDaemons: true)
    }
    try journal.publish(
      Event(release: release, kind: .afterStageFinished, seconds: Stopwatch.seconds(since: begun)))
  }
}
