import LeapfrogCore
import Testing

extension MigrationKind {
  /// Every list of steps that there is.
  static let everyList: [[StepName]] = [
    MigrationKind.upgrade.steps(), MigrationKind.express.steps(), MigrationKind.rollback.steps(),
    MigrationKind.add.steps(),
    MigrationKind.add.steps(installs: true), MigrationKind.remove.steps(),
    MigrationKind.restore.steps(), MigrationKind.backup.steps(),
  ]
}

/// Every history that failures and crashes can write ends, and keeps the invariants all the way.
@Suite struct MigrationWalkTests {
  @Test(arguments: MigrationKind.everyList)
  func everyHistoryKeepsTheInvariantsAndEnds(_ steps: [StepName]) {
    var walk = Walk { history in
      Invariants.all.lazy.compactMap { $0(history) }.first
    }
    walk.walk(steps)
    #expect(walk.faults.isEmpty, "\(walk.faults.prefix(3))")
    let isExpress = steps == MigrationKind.express.steps()
    let isFinal = steps.contains(.open) || steps.contains(.withdraw) || isExpress
    let kinds = Set(walk.ends.map { kind(of: $0.machine.next) })
    #expect(
      kinds
        == Set(
          ["moved", "back", "stuck"] + (isFinal ? ["attention"] : [])
            + (isExpress ? ["superseded"] : [])))
  }

  private func kind(of end: MigrationMachine.Action) -> String {
    switch end {
    case .finish(.moved(nil)): "moved"
    case .finish(.moved): "attention"
    case .finish(.back): "back"
    case .finish(.superseded): "superseded"
    case .finish(.stuck): "stuck"
    default: "no end"
    }
  }
}
