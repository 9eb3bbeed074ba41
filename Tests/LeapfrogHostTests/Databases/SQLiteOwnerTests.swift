import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A site's SQLite database is opened with the rights of its owner and no more: canaries are files and rows
/// that only root, or another site's user, can reach.
@Suite(.enabled(if: geteuid() == 0)) struct SQLiteOwnerTests {
  private let sandbox: DataSandbox
  private let engine: SQLiteEngine
  private var path: String { "\(sandbox.data)/db/site.sqlite" }
  private static let canary = "the canary of somebody else"

  init() throws {
    sandbox = try DataSandbox()
    engine = SQLiteEngine(data: sandbox.data, path: "db/site.sqlite")
    try Files.makeDirectories("\(sandbox.data)/db")
    try sandbox.sql("CREATE TABLE t(a); INSERT INTO t VALUES ('own')", in: path)
    try Stranger.give(sandbox.data, to: Stranger.own)
  }

  /// A journal that is played back at the next look, and says that a file is its super-journal: SQLite deletes
  /// what that names.
  private func makeJournal(naming victim: String) throws {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
    try sandbox.sql("INSERT INTO t \(rows) SELECT hex(randomblob(100)) FROM n", in: path)
    let writer = try sandbox.holding(
      "PRAGMA cache_size=2; BEGIN; UPDATE t SET a = 'new' || a", in: path)
    writer.killNow()
    let name = Array(victim.utf8)
    let sum = name.reduce(UInt32(0)) { $0 &+ UInt32($1) }
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    let record =
      Self.big(0x4000_0000 / 4096 + 1) + name + Self.big(UInt32(name.count)) + Self.big(sum) + magic
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "-journal"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(record))
    try file.close()
    try Stranger.give(sandbox.data, to: Stranger.own)
  }

  private static func big(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  @Test(arguments: ["doctor", "backup", "counts"])
  func aJournalDeletesNothingThatItsOwnerMayNot(look: String) throws {
    let victim = "\(sandbox.root)/canary"
    try Files.write(Array(Self.canary.utf8), to: victim)
    try makeJournal(naming: victim)
    switch look {
    case "doctor": try? engine.check()
    case "backup": _ = try? engine.backUp(into: sandbox.backup, hot: false)
    default: _ = try? engine.counts()
    }
    #expect(Files.exists(victim), "SQLite deleted a file that is root's")
    let left = try Files.names(in: "\(sandbox.data)/db").map { "\(sandbox.data)/db/\($0)" }
    #expect(left.allSatisfy { FileStatus($0)?.owner == Stranger.own })
  }

  /// The same journal does delete what its owner may: that the test above would see it.
  @Test func aJournalIsPlayedBackByItsOwner() throws {
    let victim = "\(sandbox.data)/own"
    try Files.write(Array("x".utf8), to: victim)
    try makeJournal(naming: victim)
    try engine.check()
    #expect(!Files.exists(victim))
    #expect(!Files.exists(path + "-journal"))
  }

  private static let exchanging = """
    real, link = sys.argv[1], sys.argv[1] + ".link"
    os.symlink(sys.argv[2], link)
    print("ready", flush=True)
    while True:
        exchange(real, link); time.sleep(random.random() / 100)
    """

  /// Keeps a WAL open that has rows.
  private static let keepingWAL = """
    import sqlite3
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("BEGIN"); connection.execute("SELECT * FROM t").fetchall()
    writer = sqlite3.connect(sys.argv[1], isolation_level=None)
    writer.execute("INSERT INTO t VALUES ('in the WAL')")
    print("ready", flush=True)
    time.sleep(600)
    """

  @Test(arguments: ["db", "db/site.sqlite"])
  func exchangedLinksLeadToNothingOfOthers(exchanged: String) throws {
    let other = "\(sandbox.root)/sites/other/db"
    try Files.makeDirectories(other)
    try sandbox.sql(
      "CREATE TABLE t(a); INSERT INTO t VALUES ('\(Self.canary)')",
      in: "\(other)/site.sqlite")
    try Stranger.give(other, to: Stranger.other)
    chmod(other, 0o700)
    let owner = try Stranger(Self.keepingWAL, "\(other)/site.sqlite", as: Stranger.other)
    let victim = exchanged == "db" ? other : "\(other)/site.sqlite"
    let stranger = try Stranger(Self.exchanging, "\(sandbox.data)/\(exchanged)", victim)
    var (made, canaries) = (0, 0)
    for _ in 0..<60 {
      guard (try? engine.backUp(into: sandbox.backup, hot: false)) != nil else { continue }
      made += 1
      let copy = try sandbox.bytes("\(sandbox.backup)/database.sqlite")
      if copy.firstRange(of: Array(Self.canary.utf8)) != nil { canaries += 1 }
    }
    stranger.end()
    #expect(canaries == 0, "\(canaries) of \(made) backups")
    for name in try Files.names(in: other) {
      #expect(
        FileStatus("\(other)/\(name)")?.owner == Stranger.other, "\(name) stops the other site")
    }
    owner.end()
  }

  @Test func aDatabaseOfSomebodyElseIsRefused() throws {
    chown(path, Stranger.other, Stranger.other)
    let failure = #expect(throws: Failure.self) { try engine.check() }
    #expect(failure?.kind == .refused)
    for word in [path, "\(Stranger.other)", "\(Stranger.own)"] {
      #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    }
    let root = SQLiteEngine(data: sandbox.data, path: "db/site.sqlite", user: "root")
    chown(path, 0, 0)
    try root.check()
    #expect(throws: Failure.self) { try engine.check() }
  }

  @Test func aWALThatOthersKeepOpenIsCopiedAndIsTheOwners() throws {
    let reader = try Stranger(Self.keepingWAL, path)
    let record = try engine.backUp(into: sandbox.backup, hot: false)
    #expect(!record.exact && record.counts == ["t": 2])
    #expect(FileStatus("\(sandbox.backup)/database.sqlite")?.owner == 0)
    for suffix in ["", "-wal", "-shm"] {
      #expect(FileStatus(path + suffix)?.owner == Stranger.own)
    }
    reader.end()
    try engine.verify(record, in: sandbox.backup)
  }

  /// Whatever the database makes SQLite do, it is done by a process that is the account's.
  @Test func theProcessHasNoRightOfRoot() throws {
    let service = SQLiteService()
    let process = try service.process(
      of: JobUser(uid: 4_001, gid: 4_002, groups: [4_002], name: "app", home: "/"), bytes: 0)
    let found = try #require(
      ProcessTree.descendants(of: getpid()).map(\.pid).first {
        (try? Files.read("/proc/\($0)/cmdline"))?.contains(Array("sqlite".utf8)) == true
          && Self.status($0).contains("Uid:\t4001\t4001\t4001\t4001")
      })
    let status = Self.status(found)
    for line in [
      "Gid:\t4002\t4002\t4002\t4002", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000",
      "NoNewPrivs:\t1",
    ] { #expect(status.contains(line), "\(status)") }
    let limits = String(
      decoding: try Files.read("/proc/\(found)/limits"), as: UTF8.self)
    #expect(limits.contains(/Max core file size +0 +0/))
    #expect(!limits.contains(/Max data size +unlimited/))
    #expect(try Files.names(in: "/proc/\(found)/fd") == ["0", "1", "2", "3"])
    withExtendedLifetime(process) {}
  }

  private static func status(_ pid: pid_t) -> String {
    String(decoding: (try? Files.read("/proc/\(pid)/status")) ?? [], as: UTF8.self)
  }
}
