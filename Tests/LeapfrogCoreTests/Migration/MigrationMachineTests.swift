import LeapfrogCore
import Testing

@Suite struct MigrationMachineTests {
  private static let why = Failure.failed("the update ended with 1")

  private func machine(_ marks: Mark...) -> MigrationMachine {
    MigrationMachine(steps: MigrationKind.upgrade.steps(), marks: marks)
  }

  /// An upgrade whose steps before `step` are all done.
  private func upgrade(upTo step: StepName, _ marks: Mark...) -> MigrationMachine {
    let steps = MigrationKind.upgrade.steps()
    let done = steps.prefix { $0 != step }.flatMap {
      [Mark($0, .forward, .intent), Mark($0, .forward, .done)]
    }
    return MigrationMachine(steps: steps, marks: done + marks)
  }

  @Test func beginsWithTheFirstStep() {
    #expect(machine().next == .perform(.preflight))
    #expect(machine().canGoBack)
    #expect(!machine().isGoingBack)
  }

  @Test func aStepWithoutOutcomeIsSettled() {
    let cut = upgrade(upTo: .update, Mark(.update, .forward, .intent))
    #expect(cut.next == .settle(.update))
  }

  @Test func aFailedStepIsUndoneFirst() {
    var failed = upgrade(
      upTo: .update, Mark(.update, .forward, .intent),
      Mark(.update, .forward, .failed, failure: Self.why))
    var undone: [StepName] = []
    while case .undo(let step) = failed.next {
      undone.append(step)
      failed.record(Mark(step, .back, .intent))
      failed.record(Mark(step, .back, .done))
    }
    #expect(undone == [.update, .backup, .close, .prepare, .seat, .preflight])
    #expect(failed.next == .finish(.back(Self.why)))
  }

  @Test func anAbortBetweenStepsUndoesWhatWasDone() {
    let aborted = upgrade(upTo: .flip, Mark(.flip, .forward, .failed, failure: Self.why))
    #expect(aborted.isGoingBack)
    #expect(aborted.next == .undo(.flip))
  }

  @Test func anUndoThatWasCutShortIsDoneAgain() {
    let cut = upgrade(
      upTo: .flip, Mark(.flip, .forward, .failed), Mark(.flip, .back, .intent))
    #expect(cut.next == .undo(.flip))
  }

  @Test func anUndoThatFailsIsStuckUntilItIsTriedAgain() {
    let failure = Failure.stuck("the backup cannot be read")
    var machine = upgrade(
      upTo: .update, Mark(.update, .forward, .failed, failure: Self.why),
      Mark(.update, .back, .intent), Mark(.update, .back, .failed, failure: failure))
    #expect(machine.next == .finish(.stuck(failure)))
    machine.record(Mark(.update, .back, .intent))
    #expect(machine.next == .undo(.update))
    machine.record(Mark(.update, .back, .done))
    #expect(machine.next == .undo(.backup))
  }

  @Test func aFailureAfterOpeningNeedsAttentionAndGoesOn() {
    let failed = upgrade(
      upTo: .confirm, Mark(.confirm, .forward, .intent),
      Mark(.confirm, .forward, .failed, failure: Self.why))
    #expect(failed.next == .perform(.unseat))
    #expect(!failed.canGoBack)
    var done = failed
    done.record(Mark(.unseat, .forward, .intent))
    done.record(Mark(.unseat, .forward, .done))
    #expect(done.next == .finish(.moved(attention: Self.why)))
  }

  /// An express migration whose steps before `step` are all done.
  private func express(upTo step: StepName, _ marks: Mark...) -> MigrationMachine {
    let steps = MigrationKind.express.steps()
    let done = steps.prefix { $0 != step }.flatMap {
      [Mark($0, .forward, .intent), Mark($0, .forward, .done)]
    }
    return MigrationMachine(steps: steps, marks: done + marks)
  }

  @Test func anExpressSiteThatAnswersWronglyGoesBack() {
    let failed = express(
      upTo: .confirm, Mark(.confirm, .forward, .intent),
      Mark(.confirm, .forward, .failed, failure: Self.why))
    #expect(failed.canGoBack && failed.isGoingBack && !failed.awaitsUnseat)
    #expect(failed.next == .undo(.confirm))
  }

  @Test func anExpressSiteThatWasFoundWellOnlyWaitsToBeUnseated() {
    let well = express(upTo: .unseat)
    #expect(well.awaitsUnseat && !well.canGoBack)
    #expect(!upgrade(upTo: .confirm).awaitsUnseat)
    var failed = well
    failed.record(Mark(.unseat, .forward, .intent))
    #expect(failed.awaitsUnseat)
    failed.record(Mark(.unseat, .forward, .failed, failure: Self.why))
    #expect(!failed.awaitsUnseat)
    #expect(failed.next == .finish(.moved(attention: Self.why)))
  }

  @Test func anExpressSiteWithUpdatesPendingIsPutBackAndSuperseded() {
    var asked = express(
      upTo: .check, Mark(.check, .forward, .intent),
      Mark(.check, .forward, .superseded, failure: Self.why))
    for step in [StepName.check, .seat, .preflight] {
      #expect(asked.next == .undo(step))
      asked.record(Mark(step, .back, .done))
    }
    #expect(asked.next == .finish(.superseded(Self.why)))
  }

  @Test func anOpeningThatDidNotHappenGoesBack() {
    let failed = upgrade(
      upTo: .open, Mark(.open, .forward, .intent), Mark(.open, .forward, .failed))
    #expect(failed.next == .undo(.open))
  }

  @Test func aFailureWithoutReasonHasOne() {
    let failed = machine(
      Mark(.preflight, .forward, .failed), Mark(.preflight, .back, .done))
    #expect(failed.next == .finish(.back(.failed("it failed"))))
  }

  @Test func nothingToDoIsDone() {
    #expect(MigrationMachine(steps: []).next == .finish(.moved(attention: nil)))
  }

  @Test func everyListBacksUpBeforeItTouchesData() {
    for steps in MigrationKind.everyList {
      #expect(Set(steps).count == steps.count)
      for step in [StepName.update, .restore] {
        guard let touched = steps.firstIndex(of: step) else { continue }
        #expect(steps[..<touched].suffix(2) == [.close, .backup])
      }
    }
    #expect(MigrationKind.add.steps(installs: true).contains(.install))
    #expect(!MigrationKind.add.steps().contains(.install))
  }
}
