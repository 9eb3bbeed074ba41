import LeapfrogCore
import Synchronization

/// Asks the app of every site that waits whether the new code has what its data needs, before any of
/// them is closed: a module that is missing stops the whole release, not its fortieth site.
struct Requirements: Sendable {
  let layout: Layout
  let release: ReleaseRecord
  let jobs: Jobs
  let journal: Journal
  /// Whether the operator wants nothing new to begin.
  let isStopped: @Sendable () throws -> Bool

  /// What one site's app said.
  private struct Answer {
    var site: String
    /// nil where nothing is missing.
    var fault: String?
  }

  /// Asks all, `jobs` at a time. A rollback is not asked: its data goes back with its code.
  ///
  /// - Throws: `Failure` that names each site that lacks something.
  func verify() throws {
    guard release.order.kind == .upgrade else { return }
    let waiting = try journal.migrations(of: release.id).filter {
      $0.state == .waiting && !$0.site(in: release.order).commands.requirements.isNone
    }
    guard !waiting.isEmpty else { return }
    try Failpoint.around("requirements") { try ask(waiting) }
  }

  private func ask(_ waiting: [MigrationRecord]) throws {
    let begun = ContinuousClock.now
    try publish(.requirementsStarted, text: "asking \(Self.sites(waiting.count)) what they need")
    let faults = try answers(waiting).filter { $0.fault != nil }
    for answer in faults { try publish(.requirementsFailed, answer.site, text: answer.fault) }
    guard faults.isEmpty else { throw refusal(faults) }
    try publish(.requirementsFinished, seconds: Stopwatch.seconds(since: begun))
  }

  /// In the order of the sites.
  private func answers(_ waiting: [MigrationRecord]) throws -> [Answer] {
    let queue = Mutex(Array(waiting.enumerated())[...])
    let results = Mutex<[Int: Result<Answer, Failure>]>([:])
    Threads.run(min(release.order.spec.jobs, waiting.count)) {
      while let (index, record) = queue.withLock({ $0.popFirst() }) {
        let found = Result { try answer(of: record) }.mapError { Failure($0) }
        results.withLock { $0[index] = found }
      }
    }
    return try results.withLock { results in
      try results.sorted { $0.key < $1.key }.map { try $0.value.get() }
    }
  }

  private func answer(of record: MigrationRecord) throws -> Answer {
    let name = record.plan.site.name
    guard try !isStopped() else { return Answer(site: name) }
    do {
      return Answer(site: name, fault: try fault(of: record))
    } catch {
      return Answer(site: name, fault: Failure(error).message)
    }
  }

  private func fault(of record: MigrationRecord) throws -> String? {
    let request = try request(record)
    guard case .finished(let result) = try jobs.run(request) else {
      return "the command `\(Command(request.arguments).summary)` was lost: its end was not seen"
    }
    switch result {
    case .exited(0): return nil
    case .exited(3): return missing(request.id)
    default:
      let what = "the command `\(Command(request.arguments).summary)`"
      return result.failure(
        of: what, jobs.files(request.id), pair: release.order.spec.name
      ).description
    }
  }

  /// The lines that the app printed, as one.
  private func missing(_ id: String) -> String {
    let lines = jobs.output(of: id, lines: 50).split(separator: "\n")
    let rest = lines.count > 5 ? " and \(lines.count - 5) more" : ""
    let text = lines.prefix(5).joined(separator: ", ") + rest
    return text.isEmpty ? "something that it needs is missing" : String(text.prefix(600))
  }

  private func request(_ record: MigrationRecord) throws -> JobRequest {
    let (site, plan) = (record.site(in: release.order), record.plan)
    let from = plan.from ?? plan.to.other
    let user = try AppUser.of(site, layout: layout)
    let environment = AppEnvironment(
      layout: layout, spec: release.order.spec, site: site.name, platform: from, user: user)
    var request = JobRequest(
      id: try jobs.freeID("m\(record.id)-requirements"),
      arguments: site.commands.requirements.arguments,
      environment: environment.variables.merging(
        ["LEAPFROG_TARGET": layout.platform(plan.to)]) { $1 },
      directory: layout.platform(from), user: user,
      timeout: release.order.spec.commandTimeout)
    request.isRepeatable = true
    return request
  }

  private func refusal(_ faults: [Answer]) -> Failure {
    let shown = faults.prefix(10).map { "\($0.site): \($0.fault ?? "")" }.joined(separator: "; ")
    let rest = faults.count > 10 ? "; and \(Self.sites(faults.count - 10)) more" : ""
    let code = release.order.ref ?? release.order.to?.rawValue ?? "the new code"
    return .failed(
      "no site was closed, since \(code) does not have what \(Self.sites(faults.count)) "
        + "\(faults.count == 1 ? "needs" : "need"): \(shown)\(rest)")
  }

  private static func sites(_ count: Int) -> String { count == 1 ? "1 site" : "\(count) sites" }

  private func publish(
    _ kind: Event.Kind, _ site: String? = nil, text: String? = nil, seconds: Double? = nil
  ) throws {
    try journal.publish(
      Event(release: release.id, kind: kind, site: site, text: text, seconds: seconds))
  }
}
