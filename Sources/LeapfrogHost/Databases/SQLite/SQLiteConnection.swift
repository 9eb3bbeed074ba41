import GRDB
import LeapfrogCore

/// One use of a SQLite file that is somebody else's: opened, used and closed. Only in the process that has
/// the rights of its owner.
enum SQLiteConnection {
  /// How long a lock of another process is waited for, in seconds.
  static let patience = 5

  /// Runs a body on an open database; nothing is left open when it returns or throws.
  ///
  /// - Throws: `SQLiteFault` for what SQLite finds.
  static func use<Value>(
    _ path: String, readOnly: Bool = false, _ body: (Database) throws -> Value
  ) throws -> Value {
    try verifyFiles(path)
    return try reported {
      let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: readOnly))
      let result = Result { try queue.writeWithoutTransaction(body) }
      try queue.close()
      return try result.get()
    }
  }

  /// Gives SQLite's errors as faults.
  static func reported<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as DatabaseError { throw fault(error) }
  }

  /// Whoever opens a pipe waits for its other end, which may never come.
  private static func verifyFiles(_ path: String) throws {
    for name in [""] + SQLitePlace.companions {
      guard let status = FileStatus(following: path + name), status.kind != .file else { continue }
      throw SQLiteFault.noFile(name)
    }
  }

  private static func configuration(readOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(Double(patience))
    configuration.foreignKeysEnabled = false
    // Schemas of old applications hold "text" for 'text'.
    configuration.acceptsDoubleQuotedStringLiterals = true
    return configuration
  }

  private static func fault(_ error: DatabaseError) -> SQLiteFault {
    switch error.resultCode.primaryResultCode {
    case .SQLITE_NOTADB: .notADatabase
    case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
    case .SQLITE_FULL: .full
    default: .other(error.message ?? "\(error.resultCode)")
    }
  }
}
