/// The pure decisions of a migration: from the plan and the marks in the journal to the next action.
///
/// The driver asks `next`, does what it says, writes the marks, and asks again. After a crash the
/// marks are read back and the same question gives the right answer: a half-done step is settled
/// by its probe, or undone, and never assumed.
public struct MigrationMachine: Sendable {
  /// What the driver has to do.
  public enum Action: Sendable, Equatable {
    /// Do the step.
    case perform(StepName)
    /// The step was begun and its outcome is not known: probe it.
    case settle(StepName)
    /// Undo the step, which may be half done.
    case undo(StepName)
    /// Nothing is left to do.
    case finish(Outcome)
  }

  /// How a migration ends.
  public enum Outcome: Sendable, Equatable {
    /// The site is where the plan wanted it; `attention` says what failed after it was open again.
    case moved(attention: Failure?)
    /// The site is as before.
    case back(Failure)
    /// The site is as before, and has to be migrated in full.
    case superseded(Failure)
    /// An undo failed; the site stays closed and a person has to look.
    case stuck(Failure)
  }

  /// The steps of the plan.
  public let steps: [StepName]
  /// The marks so far, oldest first.
  public private(set) var marks: [Mark]

  /// - Parameters:
  ///   - steps: the steps of the plan, in their order.
  ///   - marks: those that the journal has, oldest first; none for a migration that was not begun.
  public init(steps: [StepName], marks: [Mark] = []) {
    self.steps = steps
    self.marks = marks
  }

  /// Takes note of what the driver wrote to the journal.
  public mutating func record(_ mark: Mark) {
    marks.append(mark)
  }

  /// What to do next.
  public var next: Action {
    guard let failed = decisiveFailure else { return nextForward }
    return nextBack(from: failed, because: failed.failure ?? .failed("it failed"))
  }

  /// Whether a failure, or an abort, would still put the site back as it was.
  public var canGoBack: Bool { !isFinal }

  /// Whether the migration is on its way back.
  public var isGoingBack: Bool { decisiveFailure != nil }

  /// Whether the step is all that is left, and the site has nothing to do with it any more.
  public var awaitsUnseat: Bool {
    isFinal && (nextForward == .perform(.unseat) || nextForward == .settle(.unseat))
  }

  /// Whether the site was opened or withdrawn; one that was never closed, whether it was found well.
  private var isFinal: Bool {
    isDone(.open) || isDone(.withdraw) || (isExpress && isDone(.confirm))
  }

  private var isExpress: Bool { steps.contains(.flip) && !steps.contains(.open) }

  private func isDone(_ step: StepName) -> Bool {
    last(step, .forward)?.phase == .done
  }

  /// The first forward failure that sends the site back; one after the point of no return does not.
  private var decisiveFailure: Mark? {
    guard canGoBack else { return nil }
    return marks.first { $0.direction == .forward && $0.hasFailed }
  }

  private var nextForward: Action {
    for step in steps {
      switch last(step, .forward)?.phase {
      case .done, .failed, .superseded: continue
      case .intent: return .settle(step)
      case nil: return .perform(step)
      }
    }
    return .finish(.moved(attention: attention))
  }

  private var attention: Failure? {
    marks.first { $0.direction == .forward && $0.hasFailed }?.failure
  }

  private func nextBack(from failed: Mark, because failure: Failure) -> Action {
    for step in stepsBegun(upTo: failed.step).reversed() {
      let undo = last(step, .back)
      switch undo?.phase {
      case .done: continue
      case .failed, .superseded: return .finish(.stuck(undo?.failure ?? failure))
      case .intent, nil: return .undo(step)
      }
    }
    return .finish(failed.phase == .superseded ? .superseded(failure) : .back(failure))
  }

  private func stepsBegun(upTo failed: StepName) -> [StepName] {
    steps.prefix { $0 != failed } + [failed]
  }

  private func last(_ step: StepName, _ direction: Direction) -> Mark? {
    marks.last { $0.step == step && $0.direction == direction }
  }
}

extension Mark {
  fileprivate var hasFailed: Bool { phase == .failed || phase == .superseded }
}
