import Foundation
import LeapfrogCore

/// Drives one migration to its end: asks the state machine, writes the intent, acts, writes the
/// outcome. When the journal cannot be written it reads it again and settles what is half done.
final class MigrationDriver {
  private let migration: SiteMigration
  private let control: @Sendable () throws -> ControlParams.Action?
  private var machine: MigrationMachine
  private var unwritten: [Mark] = []
  private var events: [Event] = []
  private var stopwatch: Stopwatch
  private var journalFaults = 0
  private let keepsSeat: Bool

  /// `control` says what the operator asked for meanwhile. With `keepsSeat` a site that was never
  /// closed keeps its links on the platform it left, for the requests that still run there.
  init(
    _ migration: SiteMigration, keepsSeat: Bool = false,
    control: @escaping @Sendable () throws -> ControlParams.Action?
  ) throws {
    self.migration = migration
    self.keepsSeat = keepsSeat && migration.kind == .express
    self.control = control
    machine = MigrationMachine(
      steps: migration.plan.steps, marks: try migration.journal.marks(of: migration.record.id))
    stopwatch = Stopwatch(
      closedSince: migration.maintenance.reason(migration.site.name)
        .flatMap { $0.migration == migration.record.id ? $0.since : nil })
  }

  /// Runs until nothing is left to do.
  ///
  /// - Throws: only when the journal cannot be written; everything else is an outcome.
  func run() throws -> MigrationRecord.State {
    retryFailedUndo()
    while true {
      do {
        if let end = try advance() { return end }
      } catch let fault as JournalFault {
        try reload(after: fault)
      }
    }
  }

  // MARK: One action

  private func advance() throws -> MigrationRecord.State? {
    if keepsSeat, machine.awaitsUnseat { return try finish(.moved(attention: nil)) }
    switch machine.next {
    case .perform(let step): try perform(step)
    case .settle(let step): try settle(step)
    case .undo(let step): try undo(step)
    case .finish(let outcome): return try finish(outcome)
    }
    return nil
  }

  private func perform(_ step: StepName) throws {
    if try isAborted() { return mark(step, .forward, .failed, .aborted) }
    try intend(step, .forward)
    let begun = ContinuousClock.now
    do {
      try Failpoint.around("step.\(step.rawValue)") {
        stopwatch.willPerform(step)
        try endingProcesses { try Steps.step(step).perform(migration) }
      }
      succeed(step, since: begun)
    } catch let found as UpdatesPending {
      mark(step, .forward, .superseded, found.failure, event: .stepFinished, since: begun)
    } catch {
      // Its processes can have been ended for that.
      try fail(step, try isAborted() ? .aborted : Failure(error), since: begun)
    }
  }

  /// Ends what the body has started once an operator aborts; nothing where the site cannot go back any more.
  private func endingProcesses(_ body: () throws -> Void) throws {
    guard machine.canGoBack, !machine.isGoingBack else { return try body() }
    let control = control
    try AbortWatch.run({ (try? control()) == .abort }, body)
  }

  /// A step that failed has failed, unless it is one after which there is no way back and the world
  /// says that its effect is there.
  private func fail(_ step: StepName, _ failure: Failure, since begun: ContinuousClock.Instant)
    throws
  {
    if step == .open, try Steps.step(step).probe(migration) == .done {
      return succeed(step, since: begun)
    }
    mark(step, .forward, .failed, failure, event: .stepFailed, since: begun)
  }

  private func succeed(_ step: StepName, since begun: ContinuousClock.Instant) {
    stopwatch.didPerform(step)
    mark(step, .forward, .done, event: .stepFinished, since: begun)
  }

  private func settle(_ step: StepName) throws {
    let begun = ContinuousClock.now
    do {
      switch try Steps.step(step).probe(migration) {
      case .done: succeed(step, since: begun)
      case .redo: try perform(step)
      case .failed(let failure):
        mark(step, .forward, .failed, failure, event: .stepFailed, since: begun)
      }
    } catch let fault as JournalFault {
      throw fault
    } catch {
      mark(step, .forward, .failed, Failure(error), event: .stepFailed, since: begun)
    }
  }

  private func undo(_ step: StepName) throws {
    try intend(step, .back)
    let begun = ContinuousClock.now
    do {
      try Failpoint.around("undo.\(step.rawValue)") { try Steps.step(step).undo(migration) }
      stopwatch.didUndo(step)
      mark(step, .back, .done, event: .undoFinished, since: begun)
    } catch {
      mark(step, .back, .failed, Failure(error), event: .undoFailed, since: begun)
    }
  }

  private func finish(_ outcome: MigrationMachine.Outcome) throws -> MigrationRecord.State {
    try flush()
    switch outcome {
    case .moved(nil): return try finish(.moved)
    case .moved(let attention): return try finish(.attention, attention)
    case .back(let failure): return try finish(.back, failure)
    case .stuck(let failure): return try finish(.stuck, failure)
    case .superseded(let failure): return try supersede(failure)
    }
  }

  private func finish(_ state: MigrationRecord.State, _ reason: Failure? = nil) throws
    -> MigrationRecord.State
  {
    // A site that was told to have moved, and was unseated since, is not told again.
    guard state != .moved || migration.record.state != .moved else { return state }
    try journalled {
      try migration.journal.finish(
        migration.record, state, reason: reason, downtime: downtime)
    }
    return state
  }

  /// None of a site that was never closed.
  private var downtime: Double? { migration.kind == .express ? 0 : stopwatch.downtime }

  private func supersede(_ failure: Failure) throws -> MigrationRecord.State {
    try journalled {
      try migration.journal.supersede(
        migration.record, by: migration.plan.inFull, reason: failure)
    }
    return .superseded
  }

  // MARK: Marks

  /// Writes what is not written yet together with the intent, so that a step costs one write.
  private func intend(_ step: StepName, _ direction: Direction) throws {
    let kind: Event.Kind = direction == .forward ? .stepStarted : .undoStarted
    mark(step, direction, .intent)
    events.append(event(kind, step))
    try flush()
  }

  private func mark(
    _ step: StepName, _ direction: Direction, _ phase: Mark.Phase, _ failure: Failure? = nil,
    event kind: Event.Kind? = nil, since begun: ContinuousClock.Instant? = nil
  ) {
    let mark = Mark(step, direction, phase, failure: failure)
    unwritten.append(mark)
    machine.record(mark)
    guard let kind else { return }
    var event = event(kind, step)
    event.text = failure?.description
    event.seconds = begun.map { Stopwatch.seconds(since: $0) }
    events.append(event)
  }

  private func event(_ kind: Event.Kind, _ step: StepName) -> Event {
    Event(release: migration.record.release, kind: kind, site: migration.site.name, step: step)
  }

  private func flush() throws {
    guard !unwritten.isEmpty else { return }
    try journalled {
      try migration.journal.record(
        unwritten, of: migration.record, events: events, flipped: flipped())
    }
    (unwritten, events) = ([], [])
  }

  /// Where the site is from now on, when one of the marks says that it was flipped.
  private func flipped() -> PlatformName?? {
    guard let mark = unwritten.last(where: { $0.phase == .done && Self.moves($0.step) }) else {
      return nil
    }
    if mark.direction == .back { return .some(migration.plan.from) }
    return .some(mark.step == .withdraw ? nil : migration.plan.to)
  }

  private static func moves(_ step: StepName) -> Bool { step == .flip || step == .withdraw }

  private func isAborted() throws -> Bool {
    guard machine.canGoBack, !machine.isGoingBack else { return false }
    return try journalled { try control() } == .abort
  }

  /// An undo that failed is tried once more each time somebody takes the migration up again.
  private func retryFailedUndo() {
    guard case .finish(.stuck) = machine.next,
      let mark = machine.marks.last(where: { $0.direction == .back && $0.phase == .failed })
    else { return }
    self.mark(mark.step, .back, .intent)
  }

  // MARK: When the journal fails

  private func journalled<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw JournalFault(cause: Failure(error)) }
  }

  private func reload(after fault: JournalFault) throws {
    journalFaults += 1
    guard journalFaults <= 3 else { throw fault.cause }
    (unwritten, events) = ([], [])
    machine = MigrationMachine(
      steps: migration.plan.steps,
      marks: try migration.journal.marks(of: migration.record.id))
  }

  private struct JournalFault: Error {
    var cause: Failure
  }
}
