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
    let account = try BuildAccount.prepared(for: order.spec, layout)
    let ownership = BuildOwnership(layout: layout, platform: platform)
    try noteAccount(account)
    let summary = commands.map(\.summary).joined(separator: "; ")
    try journal.publish(Event(release: release, kind: .buildStarted, text: summary))
    do {
      try ownership.lend(to: account)
      try Failpoint.around("build") { try commands.forEach { try perform($0, as: account) } }
    } catch {
      // What a failed build left is the build's, and nobody's stray.
      try? ownership.record(whole, by: account, succeeded: false)
      throw error
    }
    try ownership.record(whole, by: account, succeeded: true)
    try journal.publish(
      Event(release: release, kind: .buildFinished, seconds: Stopwatch.seconds(since: begun)))
  }

  private var commands: [Command] {
    [order.spec.profileBuild, order.spec.build].filter { !$0.isNone }
  }

  private func perform(_ command: Command, as account: BuildAccount) throws {
    try PlatformCommand(layout: layout, spec: order.spec, platform: platform, jobs: jobs).run(
      command, as: "r\(release)-build", what: "the build of \(platform)", by: account.user)
  }

  /// Says once that builds do not run as root any more, where they may have done so.
  private func noteAccount(_ account: BuildAccount) throws {
    guard let user = account.user, !Files.exists(layout.buildNotice) else { return }
    if try journal.releases(limit: 2).contains(where: { $0.id < release }) {
      try journal.publish(
        Event(
          release: release, kind: .notice,
          text: "build ran as root until now; it runs as \(user.name) from this release on "
            + "(`build_user` of \(order.spec.name) names another account)"))
    }
    try Files.write(Array("\(user.name)\n".utf8), to: layout.buildNotice)
  }
}
