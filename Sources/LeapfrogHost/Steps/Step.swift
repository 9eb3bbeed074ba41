import LeapfrogCore

/// One effect of a migration, with its undo and a probe that asks the world whether it is done.
protocol Step: Sendable {
  /// Does it. Done again after a crash, it must lead to the same state.
  func perform(_ migration: SiteMigration) throws
  /// Asks whether a step that was begun is done.
  func probe(_ migration: SiteMigration) throws -> Probe
  /// Undoes it, done or half done or never begun. Undone again after a crash, it changes nothing more.
  func undo(_ migration: SiteMigration) throws
}

/// What a probe found.
enum Probe: Equatable {
  /// The effect is there.
  case done
  /// It is not, or not whole, and doing it again is right.
  case redo
  /// It cannot be known, or did not work; it is never done again.
  case failed(Failure)
}

extension Step {
  func probe(_ migration: SiteMigration) throws -> Probe { .redo }
  func undo(_ migration: SiteMigration) throws {}
}

/// Every step. A new one is a file and a line here.
enum Steps {
  static let all: [StepName: any Step] = [
    .preflight: PreflightStep(),
    .seat: SeatStep(),
    .prepare: PrepareStep(),
    .close: CloseStep(),
    .backup: BackupStep(),
    .install: InstallStep(),
    .update: UpdateStep(),
    .restore: RestoreStep(),
    .check: CheckStep(),
    .flip: FlipStep(),
    .refresh: RefreshStep(),
    .open: OpenStep(),
    .confirm: ConfirmStep(),
    .withdraw: WithdrawStep(),
    .unseat: UnseatStep(),
  ]

  /// The step of that name.
  static func step(_ name: StepName) throws -> any Step {
    guard let step = all[name] else { throw Failure.stuck("there is no step \(name.rawValue)") }
    return step
  }
}
