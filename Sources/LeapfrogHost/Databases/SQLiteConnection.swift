import GRDB
import LeapfrogCore

/// One use of a SQLite file that is somebody else's: opened, used and closed, with the errors
/// naming the file.
enum SQLiteConnection {
  /// How long a lock of another process is waited for, in seconds.
  static let patience = 5

  /// Runs a body on an open database; nothing is left open when it returns or throws.
  static func use<Value>(
    _ path: String, readOnly: Bool = false, _ body: (Database) throws -> Value
  ) throws -> Value {
    try verifyFiles(path)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: readOnly))
      let result = Result { try queue.writeWithoutTransaction(body) }
      try queue.close()
      return try result.get()
    } catch let error as DatabaseError {
      throw failure(error, path: path)
    }
  }

  /// Whoever opens a pipe waits for its other end, which may never come.
  private static func verifyFiles(_ path: String) throws {
    for name in [""] + SQLitePlace.companions {
      guard let status = FileStatus(following: path + name), status.kind != .file else { continue }
      throw Failure.failed("\(path + name) is no file", remedy: "ls -l \(path + name)")
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

  private static func failure(_ error: DatabaseError, path: String) -> Failure {
    switch error.resultCode.primaryResultCode {
    case .SQLITE_NOTADB: .failed("\(path) is not a SQLite database")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      .failed("the database \(path) is locked by another process", remedy: "fuser -v \(path)")
    case .SQLITE_FULL:
      .failed("no space is left for \(path)", remedy: "df -h \(Files.parent(of: path))")
    default: .failed("the database \(path): \(error.message ?? "\(error.resultCode)")")
    }
  }
}
