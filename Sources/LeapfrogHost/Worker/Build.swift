import LeapfrogCore

/// Runs the builds of a staged platform, the profile's and then the pair's own, with their output kept,
/// and verifies the code afterwards.
struct Build {
  let layout: Layout
  let order: WorkOrder
  let platform: PlatformName
  let jobs: Jobs
  let journal: Journal
  let release: Int64

  /// Builds when the code is newer than the last build, and looks for drift when it is not.
  func runIfNeeded() throws {
    let header = try PlatformManifest.header(of: platform, in: layout)
    guard header?.commit == order.commit || order.commit == nil, let header else {
      throw Failure.failed(
        "\(platform) does not hold \(order.commit?.short ?? "the code") as planned")
    }
    switch header.state {
    // A stage order follows a stage which held every file against the manifest and has kept the lock.
    case .ready: if order.kind != .stage { try verify() }
    case .unbuilt: try run()
    case .empty, .incomplete:
      throw Failure.failed("the stage of \(platform) was interrupted; stage it again")
    }
  }

  /// The links of sites that are seated already are no drift.
  private var links: [String] { order.spec.sites.flatMap { $0.links.keys } }

  private func verify() throws {
    let drift = try StagedPlatform(layout: layout, platform: platform).verify(ignoring: links)
    guard drift.modified.isEmpty && drift.missing.isEmpty else {
      throw Failure.refused(
        "\(platform) was changed by hand: \((drift.modified + drift.missing).prefix(10).joined(separator: ", "))",
        remedy: "leapfrog upgrade \(order.spec.name) \(order.ref ?? "REF") --stage-only")
    }
  }

  private func run() throws {
    let begun = ContinuousClock.now
    let (whole, commands) = (order.spec.wholeBuild, self.commands)
    let summary = commands.map(\.summary).joined(separator: "; ")
    try journal.publish(Event(release: release, kind: .buildStarted, text: summary))
    do {
      try Failpoint.around("build") { try commands.forEach(perform) }
    } catch {
      // What a failed build left is the build's, and nobody's stray.
      try? StagedPlatform(layout: layout, platform: platform).recordBuild(whole, succeeded: false)
      throw error
    }
    try StagedPlatform(layout: layout, platform: platform).recordBuild(whole)
    try journal.publish(
      Event(release: release, kind: .buildFinished, seconds: Stopwatch.seconds(since: begun)))
  }

  private var commands: [Command] {
    [order.spec.profileBuild, order.spec.build].filter { !$0.isNone }
  }

  private func perform(_ command: Command) throws {
    try PlatformCommand(layout: layout, spec: order.spec, platform: platform, jobs: jobs).run(
      command, as: "r\(release)-build", what: "the build of \(platform)")
  }
}
