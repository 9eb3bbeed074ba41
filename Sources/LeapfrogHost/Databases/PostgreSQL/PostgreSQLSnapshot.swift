import Glibc
import LeapfrogCore

/// A session that shares its view of the database, so that a dump and the counts beside it are of
/// the very same moment, whoever writes meanwhile.
struct PostgreSQLSnapshot {
  /// The name by which `pg_dump` takes the view.
  let name: String
  private let stage: DumpStage
  private let input: DataPipe
  private let rest: Background<[String]>

  /// What a session answers after its name.
  struct Seen {
    let setup: PostgreSQLSetup
    let contents: PostgreSQLContents
  }

  /// Opens the session.
  ///
  /// - Throws: `Failure` when the server cannot be logged in to.
  static func begin(_ client: PostgreSQLClient) throws -> PostgreSQLSnapshot {
    let (stage, input) = (try DumpStage(client.sqlCommand()), try DataPipe())
    try stage.start(input: input)
    do {
      // On a thread where a psql that has ended already is an error, not a signal.
      try Background {
        try Array(script.utf8).withUnsafeBytes {
          try Files.writeAll($0, to: input.writing.number, path: "psql")
        }
      }.outcome().get()
      let lines = LineReader(stage.output.reading)
      guard let name = try lines.next() else { throw Failure.failed("psql ended early") }
      let rest = Background { try lines.all() }
      return PostgreSQLSnapshot(name: name, stage: stage, input: input, rest: rest)
    } catch {
      input.writing.close()
      try PostgreSQLErrors.naming(client.login.name) { try stage.verifyEnd() }
      throw error
    }
  }

  private static let script = """
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SELECT pg_export_snapshot();
    \(PostgreSQLSetup.query)
    \(PostgreSQLContents.query)

    """

  /// Ends the session and gives what it saw.
  func finish() throws -> Seen {
    input.writing.close()
    let lines = rest.outcome()
    try stage.verifyEnd()
    let found = try lines.get()
    return Seen(
      setup: try PostgreSQLSetup(line: found.first ?? ""),
      contents: try PostgreSQLContents(lines: found.dropFirst()))
  }
}

/// The lines that come out of a pipe.
final class LineReader: Sendable {
  private let pipe: OpenEnd

  init(_ pipe: OpenEnd) { self.pipe = pipe }

  /// The next line; nil at the end.
  func next() throws -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    let number = pipe.number
    while try system("read", "psql's answer", { read(number, &byte, 1) }) == 1 {
      if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return nil
  }

  /// All lines until the end.
  func all() throws -> [String] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let number = pipe.number
    while true {
      let count = try system("read", "psql's answer") { read(number, &buffer, buffer.count) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }
}
