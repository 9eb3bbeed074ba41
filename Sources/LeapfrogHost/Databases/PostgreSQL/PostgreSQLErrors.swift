import LeapfrogCore

/// What PostgreSQL's programs print about a failure, without the rows that it is about.
enum PostgreSQLErrors {
  /// Somebody is connected to a database that must have no connections.
  static let inUse = "55006"
  /// The role may not do it.
  static let noRight = "42501"

  /// What may be told of a line; nil for nothing. Of all that a server says about an error, only the
  /// first line is no detail.
  static func tellable(_ line: String) -> String? {
    for severity in ["ERROR:  ", "FATAL:  ", "PANIC:  "] {
      if let range = line.firstRange(of: severity) {
        let told = message(String(line[range.upperBound...]))
        return prefix(String(line[..<range.lowerBound])).map { "\($0)\(told)" } ?? told
      }
    }
    guard let range = line.firstRange(of: ": error: ") else { return nil }
    return String(line[range.upperBound...].prefix(300))
  }

  /// Whether a failure is of that kind.
  static func isState(_ state: String, _ failure: any Error) -> Bool {
    Failure(failure).message.contains("[\(state)]")
  }

  /// Whether a failure is about what the role may not do.
  static func isLackOfRights(_ failure: any Error) -> Bool {
    let message = Failure(failure).message
    let signs = ["[\(noRight)]", "permission denied", "must be ", "is not trusted"]
    return signs.contains { message.contains($0) }
  }

  /// Runs a body whose failures are to name the database.
  static func naming<Value>(_ database: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let failure as Failure {
      guard !failure.message.contains("database \"\(database)\" does not exist") else {
        throw Failure.failed("the database \(database) is missing on its server")
      }
      throw Failure(
        failure.kind, "the database \(database): \(failure.message)", remedy: failure.remedy)
    }
  }

  /// Which object a client was at work on.
  private static func prefix(_ text: String) -> String? {
    guard let range = text.firstRange(of: "COPY failed for table ") else { return nil }
    return "COPY of \(text[range.upperBound...])"
  }

  private static func message(_ text: String) -> String {
    let parts = text.split(separator: ": ", maxSplits: 1)
    if parts.count == 2, isState(parts[0]) {
      return told(String(parts[1]), state: parts[0]) + " [\(parts[0])]"
    }
    return known.contains { text.hasPrefix($0) } ? cut(text) : "a row or an object was refused"
  }

  /// Class 22 is about values, and P0001 is whatever a function of the application says.
  private static func told(_ text: String, state: Substring) -> String {
    if state.hasPrefix("P0") { return "a function raised an exception" }
    return state.hasPrefix("22") ? cut(text.prefix { $0 != "\"" }) : cut(text)
  }

  private static func cut(_ text: some StringProtocol) -> String {
    let end = text.firstRange(of: ": \"")?.lowerBound ?? text.endIndex
    return String(text[..<end].prefix(300))
  }

  private static func isState(_ text: Substring) -> Bool {
    text.utf8.count == 5
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
  }

  /// How messages begin that hold names and no values.
  private static let known = [
    "database ", "password authentication", "role ", "permission denied", "must be ", "no pg_hba",
    "Peer authentication", "could not ", "cannot ", "canceling ", "terminating ", "the database ",
    "relation ", "type ", "function ", "schema ", "extension ", "column ", "duplicate key ",
    "insert or update ", "out of ", "sorry, too many", "remaining connection", "no space", "disk ",
    "unrecognized ", "language ", "collation ", "encoding ", "tablespace ", "operator ",
    "invalid page", "invalid memory", "missing chunk", "unexpected ", "query would be affected",
    "invalid input syntax", "invalid byte sequence", "required extension", "server ",
    "source database",
  ]
}
