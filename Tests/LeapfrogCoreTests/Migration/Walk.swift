import LeapfrogCore

/// Drives a migration machine through every history that a driver can write: a step that succeeds, a
/// step that fails, a crash between intent and outcome, an undo that fails and is tried again.
struct Walk {
  /// One thing that a history does with a step.
  enum Deed: Equatable {
    case performed(StepName), undid(StepName)
  }

  /// A machine with what its driver did so far.
  struct History {
    var machine: MigrationMachine
    var deeds: [Deed] = []
    var crashes = 0
    var retries = 0
    /// How many actions the machine asked for.
    var actions = 0

    /// The history after a mark, and after a deed where the driver did one.
    func after(_ mark: Mark, _ deed: Deed? = nil, crashes: Int = 0, retries: Int = 0) -> History {
      var next = self
      next.machine.record(mark)
      if let deed { next.deeds.append(deed) }
      next.crashes += crashes
      next.retries += retries
      next.actions += 1
      return next
    }
  }

  /// How many crashes and how many new attempts at a failed undo one history has at most.
  var mostCrashes = 2
  var mostRetries = 1
  /// What is wrong with a history at any moment.
  let fault: (History) -> String?
  private(set) var faults: [String] = []
  private(set) var ends: [History] = []

  init(fault: @escaping (History) -> String?) {
    self.fault = fault
  }

  /// Walks every history of a migration with these steps.
  mutating func walk(_ steps: [StepName]) {
    var open = [History(machine: MigrationMachine(steps: steps))]
    while let history = open.popLast() {
      if let fault = fault(history) ?? tooLong(history, steps) {
        faults.append("\(fault): \(history.machine.marks.map(\.text))")
      } else {
        open += successors(of: history)
      }
    }
  }

  private func tooLong(_ history: History, _ steps: [StepName]) -> String? {
    history.actions > 2 * steps.count + mostCrashes + 2 * mostRetries ? "does not end" : nil
  }

  private mutating func successors(of history: History) -> [History] {
    switch history.machine.next {
    case .perform(let step): return performing(step, history)
    case .settle(let step):
      return [
        history.after(Mark(step, .forward, .done)),
        history.after(Mark(step, .forward, .failed, failure: .failed("settled"))),
      ]
    case .undo(let step): return undoing(step, history)
    case .finish(let outcome):
      ends.append(history)
      return retrying(outcome, history)
    }
  }

  private func performing(_ step: StepName, _ history: History) -> [History] {
    let begun = history.after(Mark(step, .forward, .intent), .performed(step), crashes: 1)
    var done = history.after(Mark(step, .forward, .intent), .performed(step))
    var failed = done
    done.machine.record(Mark(step, .forward, .done))
    failed.machine.record(Mark(step, .forward, .failed, failure: .failed("no \(step)")))
    let ends = [done, failed] + superseding(step, history)
    return ends + (begun.crashes > mostCrashes ? [] : [begun])
  }

  /// The check of an express migration can find that a migration in full is needed.
  private func superseding(_ step: StepName, _ history: History) -> [History] {
    guard step == .check, history.machine.steps == MigrationKind.express.steps() else { return [] }
    var superseded = history.after(Mark(step, .forward, .intent), .performed(step))
    superseded.machine.record(
      Mark(step, .forward, .superseded, failure: .failed("updates are pending")))
    return [superseded]
  }

  private func undoing(_ step: StepName, _ history: History) -> [History] {
    let begun = history.after(Mark(step, .back, .intent), .undid(step), crashes: 1)
    var done = history.after(Mark(step, .back, .intent), .undid(step))
    var failed = done
    done.machine.record(Mark(step, .back, .done))
    failed.machine.record(Mark(step, .back, .failed, failure: .stuck("no way back")))
    return [done, failed] + (begun.crashes > mostCrashes ? [] : [begun])
  }

  private func retrying(_ outcome: MigrationMachine.Outcome, _ history: History) -> [History] {
    guard case .stuck = outcome, history.retries < mostRetries,
      let failed = history.machine.marks.last
    else { return [] }
    return [history.after(Mark(failed.step, .back, .intent), retries: 1)]
  }
}

extension Mark {
  /// The mark for a message.
  var text: String { "\(step) \(direction) \(phase)" }
}
