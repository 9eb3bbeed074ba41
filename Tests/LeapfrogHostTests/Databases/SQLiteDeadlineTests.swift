import Foundation
import Glibc
import LeapfrogCore
import Synchronization
import Testing

@testable import LeapfrogHost

/// A database that keeps a look at it busy for hours costs its own site alone.
@Suite struct SQLiteDeadlineTests {
  private let sandbox: DataSandbox
  private var path: String { "\(sandbox.data)/site.sqlite" }

  init() throws {
    sandbox = try DataSandbox()
    try sandbox.makeEndless(path)
  }

  private func failure(
    of body: @escaping @Sendable () throws -> Void
  ) async -> (Failure?, Duration) {
    let begun = ContinuousClock.now
    let found: Failure? = await withCheckedContinuation { done in
      Thread.detachNewThread {
        do {
          try body()
          done.resume(returning: nil)
        } catch { done.resume(returning: Failure(error)) }
      }
    }
    return (found, ContinuousClock.now - begun)
  }

  @Test(.timeLimit(.minutes(2))) func anAbortEndsIt() async throws {
    let stop = Stop()
    let engine = SQLiteEngine(
      data: sandbox.data, path: "site.sqlite", service: SQLiteService { stop.isOn })
    try engine.check()
    let backup = sandbox.backup
    Thread.detachNewThread {
      sleep(1)
      stop.turnOn()
    }
    let (failure, time) = await failure { _ = try engine.backUp(into: backup, hot: false) }
    #expect(failure == .failed("aborted by the operator"))
    #expect(time > .seconds(1) && time < .seconds(60))
  }

  @Test(.timeLimit(.minutes(2))) func aDeadlineEndsItAndNamesTheDatabase() async throws {
    let path = path
    let (failure, _) = await failure {
      let process = try SQLiteService().process(of: nil, bytes: 0)
      let file = try Descriptor(opening: path, O_RDONLY)
      _ = try process.ask(
        .prove(name: path), about: path, seconds: 2, passing: file.number)
    }
    #expect(failure?.message.contains(path) == true, "\(failure?.message ?? "no failure")")
  }

  private final class Stop: Sendable {
    private let value = Mutex(false)
    var isOn: Bool { value.withLock { $0 } }
    func turnOn() { value.withLock { $0 = true } }
  }
}

extension DataSandbox {
  /// A sound database with an index whose expression takes long for each of its rows.
  func makeEndless(_ path: String) throws {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    try sql(
      "CREATE TABLE t(a); CREATE INDEX i ON t(a); INSERT INTO t \(rows) SELECT i FROM n", in: path)
    try sql(
      """
      PRAGMA writable_schema=ON;
      UPDATE sqlite_master SET sql='CREATE INDEX i ON t(a + 0 * length(replace(hex(zeroblob(3000000 + a)), ''0'', ''00'')))'
        WHERE name='i';
      """, in: path)
  }
}
