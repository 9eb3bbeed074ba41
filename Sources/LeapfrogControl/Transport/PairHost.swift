import Foundation
import LeapfrogCore

/// The host of one pair, with the questions that a controller asks it. Each may be asked again when the
/// link breaks: a host does no request twice.
public struct PairHost: Sendable {
  /// What the pair is, as the host is told.
  public let spec: PairSpec
  /// Names the run of the command that asks.
  public let token: String
  /// The link, which other pairs of the host can share.
  public let link: HostLink

  /// The pair on the host at the other end of the link; nothing is asked yet.
  public init(spec: PairSpec, link: HostLink, token: String) {
    (self.spec, self.link, self.token) = (spec, link, token)
  }

  /// The host's name.
  public var name: String { link.host.name }

  private var pair: PairParams { PairParams(root: spec.root, pair: spec.name) }

  private var pairAndSites: PairParams {
    PairParams(root: spec.root, pair: spec.name, configured: spec.sites.map(\.name))
  }

  /// Seconds after which a host that answers the link and not the question counts as lost.
  private static let patience = 30.0

  /// The same where the host waits for a lock, or writes and reads more.
  private static let longPatience = 120.0

  /// How the pair stands.
  public func status() async throws -> PairStatus {
    try await ask(.status, pairAndSites, within: Self.patience)
  }

  /// What a release would meet.
  public func survey() async throws -> Survey {
    try await ask(.survey, SurveyParams(root: spec.root, spec: spec))
  }

  /// Announces a release that begins here later; takes back what this run announced where it is nil.
  public func plan(_ release: PlannedRelease?, _ basis: Basis) async throws -> PlanResult {
    try await ask(
      .plan,
      PlanParams(root: spec.root, pair: spec.name, planned: release, claim: claim(basis)),
      within: Self.patience)
  }

  /// Starts the order's worker, or attaches to one that does the same.
  ///
  /// - Parameter basis: what the order was decided on.
  public func work(_ order: WorkOrder, _ basis: Basis = Basis()) async throws -> WorkStarted {
    try await underWay {
      try await ask(
        .work,
        WorkParams(
          root: spec.root, order: order, claim: claim(basis), request: UUID().uuidString),
        within: Self.longPatience)
    }
  }

  /// Resumes, aborts or halts.
  ///
  /// - Parameters:
  ///   - release: the one that is meant; nil for the one that is under way or was interrupted.
  ///   - site: the only one that is to be aborted; nil for all.
  ///   - isHalted: whether what is resumed begins no site that was not begun.
  public func control(
    _ action: ControlParams.Action, of release: Int64? = nil, site: String? = nil,
    isHalted: Bool = false,
    actor: String, fence: Int64? = nil
  ) async throws -> WorkStarted {
    var params = ControlParams(
      root: spec.root, pair: spec.name, action: action, of: release, actor: actor,
      claim: claim(Basis(fence: fence)), request: UUID().uuidString)
    if isHalted { params.isHalted = true }
    params.site = site
    let asked = params
    return try await underWay { try await ask(.control, asked, within: Self.longPatience) }
  }

  func claim(_ basis: Basis) -> Claim {
    Claim(token: token, fence: basis.fence, stamp: basis.stamp)
  }

  /// The events after a number; waits up to `wait` seconds for the first.
  public func events(after number: Int64, release: Int64?, wait: Double, limit: Int = 500)
    async throws -> EventsResult
  {
    let params = EventsParams(
      root: spec.root, pair: spec.name, after: number, release: release, wait: wait, limit: limit)
    return try await underWay {
      let result: EventsResult = try await ask(.events, params, within: wait + Self.patience)
      var last = number
      for event in result.events {
        // They are asked for until there are no more.
        guard event.number > last else {
          throw Failure.failed("\(name) answered with events that were not asked for")
        }
        last = event.number
      }
      return result
    }
  }

  /// Past releases, newest first.
  ///
  /// - Parameter kind: of what kind; nil for all.
  public func history(limit: Int, kind: OrderKind? = nil) async throws -> [ReleaseStatus] {
    try await ask(
      .history, HistoryParams(root: spec.root, pair: spec.name, limit: limit, kind: kind),
      within: Self.longPatience)
  }

  /// Every backup of the pair.
  public func backups() async throws -> [BackupInfo] { try await ask(.backups, pair) }

  /// All that is kept of what the command of a job has printed.
  ///
  /// - Throws: `Failure` when there is no such job.
  public func output(of job: String) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < Self.mostOutput {
      let part: JobOutput = try await ask(
        .output,
        JobOutputParams(
          root: spec.root, pair: spec.name, job: job, offset: Int64(bytes.count)),
        within: Self.longPatience)
      guard !part.bytes.isEmpty else { break }
      bytes += part.bytes
    }
    return bytes
  }

  /// A host keeps less of a job; one that lies must not fill the memory.
  private static let mostOutput = 64 << 20

  /// What is wrong with the pair on its host.
  public func doctor() async throws -> [Finding] {
    try await ask(.doctor, SurveyParams(root: spec.root, spec: spec))
  }

  /// Where the link stays away nobody knows what came of it, and that is told as such.
  private func underWay<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let failure as Failure {
      guard await link.hasGivenUp else { throw failure }
      throw Failure.stuck(
        "\(failure.message); what is under way on \(name) goes on by itself",
        remedy: "leapfrog events \(spec.name) --follow")
    }
  }

  private func ask<Params: Codable & Sendable, Result: HostAnswer>(
    _ method: LeapfrogCore.Method, _ params: Params, within seconds: Double? = nil
  ) async throws -> Result {
    try await link.perform { try await $0.call(method, params, about: spec, within: seconds) }
  }
}
