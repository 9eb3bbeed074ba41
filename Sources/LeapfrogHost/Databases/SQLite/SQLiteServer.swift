import CPosix
import Foundation
import GRDB
import Glibc
import LeapfrogCore

/// The process that opens a site's SQLite database, with the rights of its owner and no more: whatever the
/// database is made to do, it does as the one who made it. It ends with the process that asks it.
public struct SQLiteServer: ~Copyable {
  private let socket: MessageSocket

  /// The number of the socket on which it is asked.
  static let number: Int32 = 3

  /// Answers until nobody asks any more.
  ///
  /// - Throws: `Failure` when it was not started by leapfrog.
  public static func run() throws {
    guard fcntl(number, F_GETFD) != -1 else {
      throw Failure.usage("this is started by leapfrog, not by hand")
    }
    // The kernel tells the holder of a lease that it is wanted, and that signal would end us.
    signal(SIGIO, SIG_IGN)
    try SQLiteServer(socket: MessageSocket(Descriptor(adopting: number))).answerAll()
  }

  private init(socket: consuming MessageSocket) { self.socket = socket }

  private func answerAll() throws {
    guard let first = try socket.receive(SQLiteQuestion.self),
      case .become(let user) = first.message
    else { return }
    if let user { try user.becomeForGood() }
    try system("give up rights in", "a process of leapfrog") { keep_rights_low() }
    DescriptorName.install()
    endWithAsker()
    try socket.send(SQLiteAnswer.done)
    while let next = try socket.receive(SQLiteQuestion.self) {
      let descriptor = next.descriptor.number
      try socket.send(answer { try answer(next.message, descriptor) })
    }
  }

  /// A database can keep a question busy for hours, in which nothing is read from the socket.
  private func endWithAsker() {
    let number = socket.number
    Thread.detachNewThread {
      var file = pollfd(fd: number, events: 0, revents: 0)
      while poll(&file, 1, -1) <= 0 {}
      _exit(0)
    }
  }

  private func answer(_ body: () throws -> SQLiteAnswer) -> SQLiteAnswer {
    do { return try body() } catch let fault as SQLiteFault {
      return .fault(fault)
    } catch {
      return .fault(.other(Failure(error).message))
    }
  }

  private func answer(_ question: SQLiteQuestion, _ descriptor: Int32) throws -> SQLiteAnswer {
    switch question {
    case .check(let path):
      try SQLiteConnection.use(path) {
        try SQLiteContents(database: $0).checkIntegrity(quickly: true)
      }
      return .done
    case .counts(let path):
      return .counts(try SQLiteConnection.use(path) { try SQLiteContents(database: $0).counts() })
    case .activity(let path): return .activity(try SQLiteActivity(file: path).look())
    case .lock(let path): return try hold(path)
    case .prove: return .counts(try Self.prove(descriptor))
    case .become, .contents, .release: throw Failure.usage("nothing is held")
    }
  }

  private static func prove(_ descriptor: Int32) throws -> [String: Int] {
    try SQLiteConnection.use(DescriptorName.frozen(descriptor), readOnly: true) { database in
      let contents = SQLiteContents(database: database)
      try contents.checkIntegrity()
      return try contents.counts()
    }
  }

  // MARK: The lock

  /// Answers what is asked while the lock is held; the last of it is the answer to its release.
  private func hold(_ path: String) throws -> SQLiteAnswer {
    try SQLiteConnection.use(path) { database in
      try checkpoint(database, path)
      try database.inTransaction(.deferred) {
        // The first read takes the lock, and rolls back what a killed writer left.
        _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
        try socket.send(SQLiteAnswer.locked(wal: Self.walBytes(path)))
        try answerWhileHeld(database)
        return .commit
      }
    }
    return .done
  }

  private func answerWhileHeld(_ database: Database) throws {
    while let next = try socket.receive(SQLiteQuestion.self) {
      switch next.message {
      case .release: return
      case .contents:
        let descriptor = next.descriptor.number
        try socket.send(
          answer { try SQLiteConnection.reported { try Self.copy(database, to: descriptor) } })
      default: throw Failure.usage("the lock is held")
      }
    }
  }

  private static func copy(_ database: Database, to descriptor: Int32) throws -> SQLiteAnswer {
    let counts = try SQLiteContents(database: database).counts()
    try SQLiteConnection.use(DescriptorName.writable(descriptor)) { target in
      // Nobody else uses the copy, which is synced as a whole, and thrown away when it fails.
      try target.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
      try database.backup(to: target)
    }
    return .counts(counts)
  }

  /// Brings the WAL into the database; a reader that lasts prevents it, and is not waited for long
  /// because the site may be closed meanwhile.
  private func checkpoint(_ database: Database, _ path: String) throws {
    guard Self.walBytes(path) > 0 else { return }
    do {
      try database.execute(sql: "PRAGMA busy_timeout = 1000")
      _ = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      try database.execute(sql: "PRAGMA busy_timeout = \(SQLiteConnection.patience * 1000)")
    } catch let error as DatabaseError {
      guard error.resultCode.primaryResultCode == .SQLITE_BUSY else { throw error }
    }
  }

  private static func walBytes(_ path: String) -> Int64 { FileStatus(path + "-wal")?.size ?? 0 }
}
