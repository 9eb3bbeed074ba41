import Foundation
import Glibc
import LeapfrogCore
import RealServers
import Synchronization
import Testing

@testable import LeapfrogHost

/// An abort ends what a step waits for, on the way forward alone.
@Suite struct AbortTests {
  /// Runs a body in a step that is aborted after a second; without the abort it would take ten minutes.
  private func aborted(_ body: () throws -> Void) -> Failure? {
    let begun = ContinuousClock.now
    let failure = #expect(throws: Failure.self) {
      try AbortWatch.run({ ContinuousClock.now - begun > .seconds(1) }, body)
    }
    let time = ContinuousClock.now - begun
    #expect(time > .seconds(1) && time < .seconds(120))
    return failure
  }

  @Test(.timeLimit(.minutes(5))) func anAbortEndsADumpThatWaitsForALock() throws {
    let database = try MariaDBDatabase(.shared())
    try database.grantAside()
    let setting = try ServedSetting(ServerFixture(testDescription: "") { database })
    var engine = try #require(setting.engine as? MariaDBEngine)
    (engine.patience, engine.lockPatience) = (600, 600)
    let holder = try database.holding("LOCK TABLES page WRITE")
    defer { holder.killNow() }
    _ = aborted { _ = try engine.backUp(into: setting.sandbox.backup, hot: false) }
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }

  @Test(.timeLimit(.minutes(5))) func anAbortEndsADumpOfPostgreSQLThatWaitsForALock() throws {
    nonisolated(unsafe) let database = try PostgreSQLDatabase(.shared())
    let (server, name) = (database.server, database.name)
    try server.sql("CREATE TABLE held(a int); ALTER TABLE held OWNER TO \(database.user)", in: name)
    let setting = try ServedSetting(ServerFixture(testDescription: "") { database })
    // It ends with the database.
    Thread.detachNewThread {
      _ = try? server.sql("BEGIN; LOCK TABLE held; SELECT pg_sleep(600)", in: name)
    }
    let held = "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'held'::regclass AND granted"
    #expect(try eventually { try server.sql(held, in: name) == "t" })
    _ = aborted { _ = try setting.backUp() }
  }

  @Test(.timeLimit(.minutes(5))) func anAbortEndsARestoreAndAQuestion() throws {
    let sandbox = try DataSandbox()
    let path = "\(sandbox.backup)/dump.zst"
    try DataSandbox.run(["sh", "-c", "echo end | zstd -qo '\(path)'"])
    let client = ClientCommand(
      program: "sh", package: "dash", arguments: ["-c", "exec sleep 600"])
    _ = aborted { try DumpReader(client: client, path: path, isWhole: { _ in true }).run() }
    _ = aborted { _ = try client.run(seconds: 600) }
    // On another thread, too.
    _ = aborted { _ = try Threads.both({ try client.run(seconds: 600) }, and: {}) }
  }

  /// The repository is at a server that takes the connection and answers nothing.
  @Test(.timeLimit(.minutes(5))) func anAbortEndsRestic() throws {
    let setting = try FileBackupSetting(FileBackupFixture.all[1])
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        #expect(bind(listener, $0, length) == 0 && listen(listener, 8) == 0)
        #expect(getsockname(listener, $0, &length) == 0)
      }
    }
    let repository = ResticRepository(
      address: "rest:http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/site",
      passwordFile: setting.spec.passwordFile ?? "")
    #expect(aborted { _ = try repository.id() } == .aborted)
  }

  @Test func aBackupOfResticThatStandsStillIsToldFromASlowOne() throws {
    var standstill = ResticStandstill(patience: 1)
    let line = { (seconds: Int, bytes: Int) in
      Array(
        #"{"message_type":"status","seconds_elapsed":\#(seconds),"total_files":2,"bytes_done":\#(bytes)}"#
          .utf8)[...]
    }
    for second in 0..<3 {
      try standstill.take(line(second, second))
      usleep(600_000)
    }
    #expect(throws: Failure.self) {
      for second in 3..<6 {
        try standstill.take(line(second, 2))
        usleep(600_000)
      }
    }
  }

  @Test func withoutAStepNothingIsEnded() throws {
    let client = ClientCommand(program: "sh", package: "dash", arguments: ["-c", "sleep 2; echo"])
    #expect(try client.run(seconds: 60) == [0x0A])
    #expect(try AbortWatch.run({ false }) { try client.run(seconds: 60) } == [0x0A])
  }
}
