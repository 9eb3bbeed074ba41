import Foundation
import GRDB
import Glibc
import LeapfrogCore

/// The record of what was meant, what was done and how it ended: SQLite in WAL mode with
/// `synchronous=FULL`, so that a write that returned lasts. It lives in the pair's root.
struct Journal: Sendable {
  let path: String
  private let queue: DatabaseQueue

  /// Opens the journal of a pair, and makes it where `creates` says so. One of an older version stays as it is
  /// until it is migrated.
  ///
  /// - Throws: `Failure` when it is missing, damaged, or from a newer version.
  init(layout: Layout, creates: Bool = false) throws {
    path = layout.journal
    guard creates || Files.exists(path) else {
      throw Failure.failed(
        "there is no journal \(path)", remedy: "leapfrog-host rebuild \(layout.root)")
    }
    try Self.verifyMayBeUsed(path)
    let path = path
    queue = try Self.explaining(path) {
      try DatabaseQueue(path: path, configuration: Self.setUp(layout, creates: creates))
    }
  }

  /// Not by opening it: when a process closes a file it loses the locks that SQLite has on it.
  private static func verifyMayBeUsed(_ path: String) throws {
    guard faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0, errno == EACCES else { return }
    throw Failure.system("open", path)
  }

  private static func setUp(_ layout: Layout, creates: Bool) -> GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      try JournalSchema.verify(database, path: layout.journal) {
        try creates || LiveLinks(layout: layout).all().isEmpty
      }
      try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      if creates { try JournalSchema.make(database, path: layout.journal) }
    }
    return configuration
  }

  /// Brings a journal of an older version to this one's. Whoever holds the lock knows that no worker and no job
  /// of an older leapfrog is alive.
  func migrate(holding lock: borrowing PairLock) throws {
    guard try read({ try !JournalSchema.has(JournalSchema.version, $0) }) else { return }
    try write("schema") { try JournalSchema.migrate($0, path: path) }
  }

  /// Reads.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.explaining(path) { try queue.read(body) }
  }

  /// Writes in one transaction that lasts when this returns. `name` names its failpoints.
  func write<Value>(_ name: String, _ body: (Database) throws -> Value) throws -> Value {
    try Failpoint.around("journal.\(name)") {
      try Self.explaining(path) { try queue.write(body) }
    }
  }

  /// Looks at every page of the journal.
  ///
  /// - Throws: `Failure` saying what is damaged.
  func verify() throws {
    let found = try read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard found == "ok" else { throw Self.damaged(path, found ?? "no answer") }
  }

  private static func explaining<Value>(_ path: String, _ body: () throws -> Value) throws -> Value
  {
    do {
      return try body()
    } catch let newer as NewerJournal {
      throw newer.failure
    } catch let error as DatabaseError where isDamage(error) {
      throw damaged(path, error.message ?? "unreadable")
    } catch let error as DatabaseError {
      throw Failure.failed(
        "the journal \(path) cannot be used: \(error.message ?? "\(error.resultCode)")")
    }
  }

  private static func isDamage(_ error: DatabaseError) -> Bool {
    error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
  }

  static func damaged(_ path: String, _ what: String) -> Failure {
    .failed(
      "the journal \(path) is damaged (\(what)); the sites stay as they are. Put back a copy of it, or "
        + "move it away and let leapfrog begin a new one from the live/ links",
      remedy: "leapfrog-host rebuild \(Files.parent(of: Files.parent(of: path)))")
  }

  // MARK: Values as JSON

  static func encode(_ value: some Encodable) throws -> String {
    String(decoding: try Wire.encoder().encode(value), as: UTF8.self)
  }

  /// - Throws: `NewerJournal` when a record has a word that this program does not know, `Failure` when it does
  ///   not say what it should; the journal is damaged then.
  static func decode<Value: Decodable>(_ text: String) throws -> Value {
    do {
      return try Wire.decoder().decode(Value.self, from: Data(text.utf8))
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw NewerJournal("a record of the journal has another `\(key)` than those")
    } catch {
      throw Failure.failed(
        "a record of the journal is damaged; the sites stay as they are",
        remedy: "leapfrog-host rebuild ROOT")
    }
  }

  /// A word of a column.
  ///
  /// - Throws: `NewerJournal` when this program does not know it.
  static func known<Value: RawRepresentable<String>>(_ word: String) throws -> Value {
    guard let value = Value(rawValue: word) else {
      throw NewerJournal("a record of the journal has another \(Value.self) than those")
    }
    return value
  }
}
