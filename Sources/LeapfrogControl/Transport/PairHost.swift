import Foundation
import LeapfrogCore

/// The host of one pair, with the questions that a controller asks it.
public struct PairHost: Sendable {
  public let spec: PairSpec
  /// Names the run of the command that asks.
  public let token: String
  private let connection: Connection

  public init(spec: PairSpec, connection: Connection, token: String = UUID().uuidString) {
    self.spec = spec
    self.connection = connection
    self.token = token
  }

  private var pair: PairParams { PairParams(root: spec.root, pair: spec.name) }

  /// How the pair stands.
  public func status() async throws -> PairStatus {
    try await connection.call(.status, pair)
  }

  /// What a release would meet.
  public func survey() async throws -> Survey {
    try await connection.call(.survey, SurveyParams(root: spec.root, spec: spec))
  }

  /// Starts the order's worker, or attaches to one that does the same. `fence` is the one that the order
  /// was decided on.
  public func work(_ order: WorkOrder, fence: Int64?) async throws -> WorkStarted {
    try await connection.call(
      .work,
      WorkParams(
        root: spec.root, order: order, claim: claim(fence), request: UUID().uuidString))
  }

  /// Resumes or aborts.
  public func control(
    _ action: ControlParams.Action, actor: String, fence: Int64? = nil
  ) async throws -> WorkStarted {
    try await connection.call(
      .control,
      ControlParams(
        root: spec.root, pair: spec.name, action: action, actor: actor, claim: claim(fence),
        request: UUID().uuidString))
  }

  func claim(_ fence: Int64?) -> Claim { Claim(token: token, fence: fence) }

  /// The events after a number; waits up to `wait` seconds for the first.
  public func events(after number: Int64, release: Int64?, wait: Double, limit: Int = 500)
    async throws -> EventsResult
  {
    try await connection.call(
      .events,
      EventsParams(
        root: spec.root, pair: spec.name, after: number, release: release, wait: wait, limit: limit)
    )
  }

  /// Past releases, newest first.
  public func history(limit: Int) async throws -> [ReleaseStatus] {
    try await connection.call(
      .history, HistoryParams(root: spec.root, pair: spec.name, limit: limit))
  }

  /// Every backup of the pair.
  public func backups() async throws -> [BackupInfo] {
    try await connection.call(.backups, pair)
  }

  /// What is wrong on the host.
  public func doctor() async throws -> [Finding] {
    try await connection.call(.doctor, SurveyParams(root: spec.root, spec: spec))
  }

  // MARK: Staging

  func stageBegin(_ params: StageParams, tree: [UInt8]) async throws -> StageNeeds {
    try await connection.call(.stageBegin, params, bulk: tree)
  }

  func sendBlobs(_ frames: [UInt8]) async throws -> Int {
    try await connection.send(.stageBlobs, Nothing(), bulk: frames)
  }

  func confirmBlobs(_ id: Int) async throws {
    _ = try await connection.receive(id) as Nothing
  }

  func stageFinish() async throws -> Staged {
    try await connection.call(.stageFinish, Nothing())
  }
}
