import Foundation
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

/// A client or the server dies at the worst moment; on a server of its own.
@Suite(.serialized) struct MariaDBCrashTests {
  private static let server = Result { try MariaDBServer() }

  private func setting() throws -> (ServedSetting, MariaDBDatabase) {
    let database = try MariaDBDatabase(Self.server.get())
    try database.grantAside()
    try database.addRandomRows(20_000)
    return (try ServedSetting(ServerFixture(testDescription: "") { database }), database)
  }

  /// Does something as soon as a file has grown to some size.
  private func when(
    _ path: String, has size: Int64, _ body: @escaping @Sendable () throws -> Void
  ) -> Background<Void> {
    Background {
      let deadline = Deadline(seconds: 120)
      while (FileStatus(path)?.size ?? 0) < size {
        if deadline.isOver { throw Failure.failed("\(path) did not grow") }
        usleep(500)
      }
      try body()
    }
  }

  private func isCleared(_ mark: String) -> Bool {
    (try? Files.read(mark)).map { String(decoding: $0, as: UTF8.self).contains("cleared") } ?? false
  }

  private func clients(_ name: String, of database: String) -> [pid_t] {
    ProcessTree.all().map(\.pid).filter { pid in
      let line = (try? Files.read("/proc/\(pid)/cmdline")) ?? []
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words.first == name && words.last == database
    }
  }

  @Test func theClientDiesInTheDump() throws {
    let (setting, database) = try setting()
    let name = database.name
    let dump = "\(setting.sandbox.backup)/database.sql.zst"
    // Looked for early, because a look at all processes takes a while.
    let killing = when(dump, has: 1) {
      let found = clients("mariadb-dump", of: name)
      try when(dump, has: 200_000) { found.forEach { kill($0, SIGKILL) } }.outcome().get()
    }
    let failure = #expect(throws: Failure.self) { try setting.backUp() }
    try killing.outcome().get()
    #expect(failure?.message.contains("mariadb-dump was ended by signal 9") == true)
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }

  @Test func theServerDiesInTheDump() throws {
    let (setting, _) = try setting()
    let server = try Self.server.get()
    let killing = when("\(setting.sandbox.backup)/database.sql.zst", has: 200_000) {
      try server.crash()
    }
    let failure = #expect(throws: Failure.self) { try setting.backUp() }
    try killing.outcome().get()
    try server.restart()
    #expect(failure?.message.contains("mariadb") == true)
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
    try setting.engine.verify(setting.backUp(), in: setting.sandbox.backup)
  }

  @Test func theServerDiesInTheRestoreWhichIsThenDoneAgain() throws {
    let (setting, database) = try setting()
    let server = try Self.server.get()
    let before = try database.contents()
    let record = try setting.backUp()
    try database.damage()
    let mark = "\(setting.sandbox.aside)/mariadb-\(record.sha256.prefix(16)).json"
    let table = "\(server.directory)/data/\(database.name)/noise.ibd"
    let killing = Background {
      let deadline = Deadline(seconds: 120)
      while !isCleared(mark) {
        if deadline.isOver { throw Failure.failed("the restore did not clear the database") }
        usleep(500)
      }
      // In the middle of the rows, at whatever speed.
      try when(table, has: 4 << 20) { try server.crash() }.outcome().get()
    }
    #expect(throws: Failure.self) { try setting.restore(record) }
    try killing.outcome().get()
    try server.restart()
    try setting.restore(record)
    #expect(try database.contents() == before)
    #expect(try database.keepsFailedState(setting.sandbox.aside))
    #expect(try database.asides().count == 1)
  }

  /// Between the renaming and the note that it is done.
  @Test func aRestoreThatForgotItsLastStepIsDoneAgain() throws {
    let (setting, database) = try setting()
    let before = try database.contents()
    let record = try setting.backUp()
    try database.damage()
    try setting.restore(record)
    let path = "\(setting.sandbox.aside)/mariadb-\(record.sha256.prefix(16)).json"
    var mark = try #require(try MariaDBMark.read(path))
    let tables = try server("SHOW TABLES")
    try server("DROP DATABASE \(database.name); CREATE DATABASE \(database.name)")
    mark.phase = .aside
    try mark.write(path)
    try setting.restore(record)
    #expect(try database.contents() == before)
    #expect(try database.keepsFailedState(setting.sandbox.aside))
    @discardableResult func server(_ sql: String) throws -> String {
      try database.server.sql(sql, in: database.name)
    }
    #expect(try server("SHOW TABLES") == tables)
  }

  @Test func noPasswordIsInAnyProcessOrFile() throws {
    let (setting, database) = try setting()
    let canary = Array(database.password.utf8.suffix(36))
    let stop = "\(setting.sandbox.root)/stop"
    let watch = Background { () -> (seen: Set<String>, leaks: [String]) in
      var seen: Set<String> = []
      var leaks: [String] = []
      while !Files.exists(stop) {
        for process in ProcessTree.descendants(of: getpid()) {
          let base = "/proc/\(process.pid)"
          let name = (try? Files.read("\(base)/comm")) ?? []
          let text = String(decoding: name, as: UTF8.self)
          guard text.hasPrefix("mariadb") || text.hasPrefix("zstd") else { continue }
          seen.insert(text.trimmingCharacters(in: .newlines))
          // The test's own administrator has what the test has.
          let line = (try? Files.read("\(base)/cmdline")) ?? []
          if line.firstRange(of: Array("--user=root".utf8)) != nil { continue }
          for part in ["cmdline", "environ"] {
            let bytes = (try? Files.read("\(base)/\(part)")) ?? []
            if bytes.firstRange(of: canary) != nil { leaks.append("\(text) \(part)") }
          }
        }
      }
      return (seen, leaks)
    }
    let record = try setting.backUp()
    try database.damage()
    try setting.restore(record)
    try Files.create([], at: stop)
    let (seen, leaks) = try watch.outcome().get()
    #expect(seen.isSuperset(of: ["mariadb", "mariadb-dump", "zstd"]))
    #expect(leaks.isEmpty)
    let found = try DataSandbox.run([
      "sh", "-c", "grep -rlaF -- \"$1\" \"$0\" || :", setting.sandbox.root,
      String(decoding: canary, as: UTF8.self),
    ])
    #expect(found.isEmpty)
  }
}
