import LeapfrogCore
import Synchronization

/// The processes that answer for a site's SQLite database: one for all questions of a migration, started
/// with the first of them, which comes before the site is closed. They end with this.
final class SQLiteService: Sendable {
  /// Whether an operator wants no answer any more.
  private let isStopped: @Sendable () -> Bool
  /// By the account that they run as; -1 for our own.
  private let processes = Mutex<[Int64: SQLiteProcess]>([:])

  init(isStopped: @escaping @Sendable () -> Bool = { false }) { self.isStopped = isStopped }

  /// The process of an account; another one where the last has ended.
  ///
  /// - Parameters:
  ///   - user: nil for ourselves.
  ///   - bytes: the size of the database.
  func process(of user: JobUser?, bytes: Int64) throws -> SQLiteProcess {
    try processes.withLock { processes in
      let key = user.map { Int64($0.uid) } ?? -1
      if let running = processes[key], running.isRunning { return running }
      let started = try SQLiteProcess(user, bytes: bytes, isStopped: isStopped)
      processes[key] = started
      return started
    }
  }
}
