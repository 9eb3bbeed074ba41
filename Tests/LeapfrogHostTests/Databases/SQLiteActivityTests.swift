import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Who is at work on a SQLite database, told from another process that has it open.
@Suite struct SQLiteActivityTests {
  private let pair: PairOnDisk
  private let engine: SQLiteEngine

  init() throws {
    pair = try PairOnDisk()
    engine = SQLiteEngine(data: pair.layout.sites, path: "a.sqlite")
    try run("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
  }

  private var file: String { "\(pair.layout.sites)/a.sqlite" }

  private func run(_ statement: String) throws {
    let holder = try SQLiteClient(file, statement)
    holder.end()
  }

  /// Nobody is found at work, in so short a time: a slow machine may pause in some looks, not in all.
  private func expectNobody(within limit: Duration) throws {
    var took: [Duration] = []
    while took.count < 10, took.allSatisfy({ $0 >= limit }) {
      let begun = ContinuousClock.now
      #expect(try engine.activity() == nil)
      took.append(ContinuousClock.now - begun)
    }
    #expect(took.contains { $0 < limit }, "\(took)")
  }

  @Test func nothingIsWaitedForWhereNobodyIs() throws {
    try expectNobody(within: .milliseconds(20))
  }

  @Test(arguments: ["delete", "wal"])
  func aTransactionIsWorkAndAnOpenConnectionIsNot(mode: String) throws {
    try run("PRAGMA journal_mode = \(mode)")
    let writer = try SQLiteClient(file, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)")
    let found = try #require(try engine.activity())
    #expect(found.busy == 1 && found.who == "process \(writer.pid) (python3)", "\(found)")
    writer.end()
    let reader = try SQLiteClient(file, "BEGIN; SELECT * FROM t")
    #expect(try engine.activity()?.busy == 1)
    reader.end()
    let idle = try SQLiteClient(file, "SELECT * FROM t")
    try expectNobody(within: .milliseconds(600))
    idle.end()
    #expect(try engine.counts() == ["t": 1])
  }

  @Test func aLookTakesNothingFromTheDatabase() throws {
    let before = try Data(contentsOf: URL(fileURLWithPath: file))
    for _ in 0..<100 { #expect(try engine.activity() == nil) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
    #expect(try Files.names(in: pair.layout.sites) == ["a.sqlite"])
  }
}

/// Another process with a database open, after it has run some statements; ends with its owner.
final class SQLiteClient {
  private let process = Process()
  private let input = Foundation.Pipe()

  private static let program = """
    import select, sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    for statement in sys.argv[2].split(";"):
        connection.execute(statement).fetchone()
    print("ready", flush=True)
    select.select([sys.stdin], [], [], float(sys.argv[3]))
    """

  /// - Parameter seconds: after which it ends by itself.
  init(_ file: String, _ statements: String, for seconds: Double = 300) throws {
    let output = Foundation.Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", Self.program, file, statements, "\(seconds)"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    let said = output.fileHandleForReading.availableData
    try #require(said.starts(with: Data("ready".utf8)))
  }

  var pid: pid_t { process.processIdentifier }

  /// Ends it, and waits for that.
  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  deinit { end() }
}
