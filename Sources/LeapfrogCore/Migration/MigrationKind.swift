/// What a migration does with its site; it decides the list of steps.
public enum MigrationKind: String, Codable, Sendable {
  /// Takes a site to the other platform and updates it.
  case upgrade
  /// Takes a site to the other platform with no maintenance: the change of code cannot touch its data.
  case express
  /// Takes a site back to the other platform and restores its backup.
  case rollback
  /// Seats a site that the host does not have yet.
  case add
  /// Unseats a site and keeps its data.
  case remove
  /// Restores a backup where the site is.
  case restore
  /// Makes a backup of a site that stays open.
  case backup

  /// The steps, in order. `installs` says that the site has no data yet.
  public func steps(installs: Bool = false) -> [StepName] {
    switch self {
    case .upgrade:
      [
        .preflight, .seat, .prepare, .close, .backup, .update, .check, .flip, .open, .confirm,
        .unseat,
      ]
    case .express: [.preflight, .seat, .check, .flip, .refresh, .confirm, .unseat]
    case .rollback:
      [
        .preflight, .seat, .prepare, .close, .backup, .restore, .check, .flip, .open, .confirm,
        .unseat,
      ]
    case .add:
      [.preflight, .seat] + (installs ? [.install] : []) + [.check, .flip, .open, .confirm]
    case .remove: [.preflight, .close, .withdraw, .unseat]
    case .restore: [.preflight, .prepare, .close, .backup, .restore, .check, .open, .confirm]
    case .backup: [.preflight, .prepare, .backup]
    }
  }
}
