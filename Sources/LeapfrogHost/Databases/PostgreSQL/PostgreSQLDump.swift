import Glibc
import LeapfrogCore

/// A dump in PostgreSQL's custom format, compressed by zstd.
///
/// The format begins with a list of all that it holds, so that a cut one is known for what it is
/// when it is read, wherever it was cut.
struct PostgreSQLDump: Sendable {
  let path: String

  /// Every part of the format ends with a length of zero: a byte for its sign and four for it.
  static let isWhole: @Sendable ([UInt8]) -> Bool = { $0.suffix(5) == [0, 0, 0, 0, 0] }

  /// Reads every part of it, and puts it nowhere.
  ///
  /// - Throws: `Failure` when it is damaged.
  func readThrough() throws {
    do {
      try DumpReader(
        client: Self.converter(["-f", "/dev/null"]), path: path, isWhole: Self.isWhole
      ).run()
    } catch let failure as Failure {
      throw Failure.failed("\(path) is cut or damaged: \(failure.message)", remedy: failure.remedy)
    }
  }

  /// Puts it into a database that holds nothing.
  func load(into database: String, with client: PostgreSQLClient) throws {
    let place = "dbname='\(database.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    let command = client.command(
      "pg_restore", ["--exit-on-error", "-w", "-d", place], database: database,
      options: ["maintenance_work_mem=128MB", "synchronous_commit=off"])
    try DumpReader(client: command, path: path, isWhole: Self.isWhole).run()
  }

  /// The lines of the list that it begins with.
  func list() throws -> [String] {
    let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    let (plain, list) = (
      try DumpStage(Zstd.decompressor), try DumpStage(Self.converter(["-l"]))
    )
    try plain.start(file: file)
    // It need not read the rest.
    defer { plain.kill() }
    try list.start(input: plain.output)
    let lines = try LineReader(list.output.reading).all()
    try list.verifyEnd()
    return lines
  }

  /// A `pg_restore` that connects to no server.
  static func converter(_ arguments: [String], list: SecretFile? = nil) -> ClientCommand {
    ClientCommand(
      program: "pg_restore", package: "postgresql-client", arguments: arguments,
      environment: ["LC_ALL": "C"], secret: list, tellable: PostgreSQLErrors.tellable)
  }
}
