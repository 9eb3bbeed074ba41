import Glibc
import LeapfrogCore

/// Runs what the operator wants done once the code is ready and before the first site moves. A pair uses
/// each path again at every second release, so what remembers code by its path has to be told.
///
/// It is the operator's own command and runs as whom leapfrog runs as. So it is never one of the repository's:
/// it does not run in the platform, where a relative path would lead to one.
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
    try verify(command)
    let begun = ContinuousClock.now
    try journal.publish(
      Event(release: release, kind: .afterStageStarted, text: command.summary))
    try Failpoint.around("after-stage") {
      try PlatformCommand(layout: layout, spec: order.spec, platform: platform, jobs: jobs).run(
        command, as: "r\(release)-after-stage",
        what: "the command after the stage of \(platform)", in: "/", keepsDaemons: true)
    }
    try journal.publish(
      Event(release: release, kind: .afterStageFinished, seconds: Stopwatch.seconds(since: begun)))
  }

  /// Also where links lead to the platform. Without root the caller runs the repository's code anyway.
  private func verify(_ command: Command) throws {
    if let fault = order.spec.afterStageFault { throw Failure.refused(fault) }
    guard geteuid() == 0, let word = command.arguments.first else { return }
    let program = try Program.find(word, path: Program.usualPath, directory: "/")
    guard let real = try? Files.realPath(program), let root = try? Files.realPath(layout.root),
      PlatformName.allCases.map({ "\(root)/\($0)/" }).contains(where: real.hasPrefix)
        || real.hasPrefix("\(root)/sites/")
    else { return }
    throw Failure.refused(
      "`after_stage` of \(order.spec.name) would run \(real), which is not the operator's; "
        + "what the repository brings belongs in `build`")
  }
}
