/// The way a migration is going.
public enum Direction: String, Codable, Sendable {
  case forward, back
}

/// One line of the journal about a step: the intent is written before the effect, the outcome after.
public struct Mark: Codable, Sendable, Equatable {
  /// What the mark says of the step.
  public enum Phase: String, Codable, Sendable {
    case intent, done, failed
    /// It found that the site cannot go express: it goes back, and is migrated in full.
    case superseded
  }

  /// The step.
  public var step: StepName
  /// Whether the step is done or undone.
  public var direction: Direction
  /// Before the effect, or its outcome.
  public var phase: Phase
  /// Why it failed, with `failed` and `superseded`.
  public var failure: Failure?

  /// - Parameter failure: why, with `failed` and `superseded`; nil with any other phase.
  public init(_ step: StepName, _ direction: Direction, _ phase: Phase, failure: Failure? = nil) {
    self.step = step
    self.direction = direction
    self.phase = phase
    self.failure = failure
  }
}
