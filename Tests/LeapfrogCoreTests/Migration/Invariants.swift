import LeapfrogCore

/// What holds at every moment of every history; each tells what is wrong, or nil.
enum Invariants {
  static let all: [@Sendable (Walk.History) -> String?] = [
    noStepIsDoneTwice, dataIsTouchedOnlyAfterABackup, nothingIsDoneAfterTheFirstUndo,
    nothingIsUndoneOnceVisitorsAreBack, undoingIsTheExactReverse, backMeansThatAllIsUndone,
    onlyWhatWasFoundWellIsUnseated, onlyWhatAskedForItIsSuperseded,
  ]

  static func noStepIsDoneTwice(_ history: Walk.History) -> String? {
    var done: Set<StepName> = []
    for case .performed(let step) in history.deeds where !done.insert(step).inserted {
      return "\(step) was performed twice"
    }
    return nil
  }

  static func dataIsTouchedOnlyAfterABackup(_ history: Walk.History) -> String? {
    switch history.machine.next {
    case .perform(let step) where step == .update || step == .restore:
      let isBackedUp = history.machine.marks.contains(Mark(.backup, .forward, .done))
      return isBackedUp ? nil : "\(step) without a backup"
    default: return nil
    }
  }

  static func nothingIsDoneAfterTheFirstUndo(_ history: Walk.History) -> String? {
    guard history.machine.marks.contains(where: { $0.direction == .back }) else { return nil }
    switch history.machine.next {
    case .perform, .settle: return "goes forward on its way back"
    case .finish(.moved): return "moved and went back"
    default: return nil
    }
  }

  static func nothingIsUndoneOnceVisitorsAreBack(_ history: Walk.History) -> String? {
    let isExpress = history.machine.steps == MigrationKind.express.steps()
    let isFinal = ([StepName.open, .withdraw] + (isExpress ? [.confirm] : [])).contains { step in
      history.machine.marks.contains(Mark(step, .forward, .done))
    }
    guard isFinal else { return nil }
    if history.machine.canGoBack || history.machine.isGoingBack { return "says it can go back" }
    switch history.machine.next {
    case .undo, .finish(.back), .finish(.stuck): return "goes back"
    default: return nil
    }
  }

  static func undoingIsTheExactReverse(_ history: Walk.History) -> String? {
    var performed: [StepName] = []
    var undone: [StepName] = []
    for deed in history.deeds {
      switch deed {
      case .performed(let step): performed.append(step)
      // An undo that was cut short or failed is done again before anything else is.
      case .undid(let step): if undone.last != step { undone.append(step) }
      }
    }
    let expected = performed.reversed().prefix(undone.count)
    return undone.elementsEqual(expected) ? nil : "undid \(undone) after \(performed)"
  }

  static func backMeansThatAllIsUndone(_ history: Walk.History) -> String? {
    switch history.machine.next {
    case .finish(.back), .finish(.superseded): break
    default: return nil
    }
    let marks = history.machine.marks
    let begun = Set(marks.filter { $0.direction == .forward }.map(\.step))
    let undone = Set(marks.filter { $0.direction == .back && $0.phase == .done }.map(\.step))
    return begun == undone ? nil : "began \(begun) and undid \(undone)"
  }

  static func onlyWhatWasFoundWellIsUnseated(_ history: Walk.History) -> String? {
    guard history.machine.steps == MigrationKind.express.steps() else { return nil }
    let isWell = history.machine.marks.contains(Mark(.confirm, .forward, .done))
    let isNext = history.machine.next == .perform(.unseat)
    if isNext, !isWell { return "unseats a site that was not confirmed" }
    return isNext == history.machine.awaitsUnseat || history.machine.next == .settle(.unseat)
      ? nil : "says wrongly whether it waits to be unseated"
  }

  static func onlyWhatAskedForItIsSuperseded(_ history: Walk.History) -> String? {
    let asked = history.machine.marks.contains { $0.phase == .superseded }
    switch history.machine.next {
    case .finish(.superseded): return asked ? nil : "superseded without a cause"
    case .finish(.back), .finish(.moved): return asked ? "forgot what it was asked for" : nil
    default: return nil
    }
  }
}
