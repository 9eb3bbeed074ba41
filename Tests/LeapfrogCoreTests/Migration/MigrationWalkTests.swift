import LeapfrogCore
import Testing

extension MigrationKind {
  /// Every list of steps that there is.
  static let everyList: [[StepName]] = [
    MigrationKind.upgrade.steps(), MigrationKind.rollback.steps(), MigrationKind.add.steps(),
    MigrationKind.add.steps(installs: true), MigrationKind.remove.steps(),
    MigrationKind.restore.steps(), MigrationKind.backup.steps(),
  ]
}

/// What holds in every history that failures and crashes can write.
@Suite struct MigrationWalkTests {
  private func expectNoFault(_ steps: [StepName], _ fault: @escaping (Walk.History) -> String?) {
    var walk = Walk(fault: fault)
    walk.walk(steps)
    #expect(walk.faults.isEmpty, "\(walk.faults.prefix(3))")
    #expect(walk.ends.count > steps.count)
  }

  @Test(arguments: MigrationKind.everyList)
  func everyHistoryEnds(_ steps: [StepName]) {
    expectNoFault(steps) { _ in nil }
  }

  @Test(arguments: MigrationKind.everyList)
  func noStepIsDoneTwiceInOneDirection(_ steps: [StepName]) {
    expectNoFault(steps) { history in
      let performed = history.deeds.filter {
        if case .performed = $0 { true } else { false }
      }
      let isTwice = steps.contains { step in
        performed.count { $0 == .performed(step) } > 1
      }
      return isTwice ? "a step was performed twice" : nil
    }
  }

  @Test(arguments: MigrationKind.everyList)
  func dataIsTouchedOnlyAfterAVerifiedBackup(_ steps: [StepName]) {
    let touching: [StepName] = [.update, .restore]
    expectNoFault(steps) { history in
      guard case .perform(let step) = history.machine.next, touching.contains(step) else {
        return nil
      }
      let isBackedUp = history.machine.marks.contains(Mark(.backup, .forward, .done))
      return isBackedUp ? nil : "\(step) without a backup"
    }
  }

  @Test(arguments: MigrationKind.everyList)
  func nothingIsDoneAfterTheFirstUndo(_ steps: [StepName]) {
    expectNoFault(steps) { history in
      guard history.machine.marks.contains(where: { $0.direction == .back }) else { return nil }
      switch history.machine.next {
      case .perform, .settle: return "goes forward on its way back"
      case .finish(.moved): return "moved and went back"
      default: return nil
      }
    }
  }

  @Test(arguments: MigrationKind.everyList)
  func nothingIsUndoneOnceVisitorsAreBack(_ steps: [StepName]) {
    expectNoFault(steps) { history in
      let isFinal = [StepName.open, .withdraw].contains { step in
        history.machine.marks.contains(Mark(step, .forward, .done))
      }
      guard isFinal else { return nil }
      if history.machine.canGoBack || history.machine.isGoingBack { return "says it can go back" }
      switch history.machine.next {
      case .undo, .finish(.back), .finish(.stuck): return "goes back"
      default: return nil
      }
    }
  }

  @Test(arguments: MigrationKind.everyList)
  func undoingIsTheExactReverse(_ steps: [StepName]) {
    expectNoFault(steps) { history in
      var performed: [StepName] = []
      var undone: [StepName] = []
      for deed in history.deeds {
        switch deed {
        case .performed(let step): performed.append(step)
        // An undo that was cut short or failed is done again before anything else is.
        case .undid(let step): if undone.last != step { undone.append(step) }
        }
      }
      let expected = Array(performed.reversed().prefix(undone.count))
      return undone == expected ? nil : "undid \(undone) after \(performed)"
    }
  }

  @Test(arguments: MigrationKind.everyList)
  func anEndThatIsBackHasUndoneEveryStepItBegan(_ steps: [StepName]) {
    var walk = Walk { _ in nil }
    walk.walk(steps)
    for history in walk.ends {
      guard case .finish(.back) = history.machine.next else { continue }
      let begun = Set(history.machine.marks.filter { $0.direction == .forward }.map(\.step))
      let undone = history.machine.marks.filter { $0.direction == .back && $0.phase == .done }
      if begun != Set(undone.map(\.step)) { Issue.record("\(history.machine.marks.map(\.text))") }
    }
  }

  @Test(arguments: MigrationKind.everyList)
  func everyKindOfEndIsReached(_ steps: [StepName]) {
    var walk = Walk { _ in nil }
    walk.walk(steps)
    let ends = Set(
      walk.ends.map { history in
        switch history.machine.next {
        case .finish(.moved(nil)): "moved"
        case .finish(.moved): "moved with a failure"
        case .finish(.back): "back"
        case .finish(.stuck): "stuck"
        default: "not at an end"
        }
      })
    let isFinal = steps.contains(.open) || steps.contains(.withdraw)
    #expect(ends == Set(["moved", "back", "stuck"] + (isFinal ? ["moved with a failure"] : [])))
  }
}
