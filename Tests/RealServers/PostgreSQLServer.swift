import Foundation
import Glibc

/// A PostgreSQL server of a test: a cluster of its own in a temporary directory, with a socket and a
/// loopback port, whose roles need passwords. It and its directory go when the test's process ends.
public final class PostgreSQLServer: Sendable {
  /// The server that tests share which do no harm to it.
  public static func shared() throws -> PostgreSQLServer { try common.get() }

  private static let common = Result { try PostgreSQLServer() }

  /// The directory of the socket.
  public let socket: String
  /// The port at 127.0.0.1, and the number in the socket's name.
  public let port: Int
  /// The directory with the cluster and the socket.
  public let directory: String
  private let programs: String
  private let process: ServerProcess

  /// Ends the server at once, whatever it does, and takes its directory away.
  private static let run = """
    "$@" & pid=$!
    trap 'kill -QUIT $pid' TERM
    wait $pid
    trap '' TERM
    wait $pid
    cd / && rm -rf "$0"
    """

  private static let rules = """
    local all postgres trust
    local all all scram-sha-256
    host all all 127.0.0.1/32 scram-sha-256

    """

  private static let settings = """
    fsync = off
    synchronous_commit = off
    full_page_writes = off
    password_encryption = 'scram-sha-256'
    max_connections = 60
    shared_buffers = '64MB'
    autovacuum = off

    """

  /// Makes a cluster and starts its server.
  ///
  /// - Throws: `ServerProcess.Fault` with what PostgreSQL said.
  public init() throws {
    programs = try Self.findPrograms()
    directory = try Self.makeDirectory()
    let data = "\(directory)/data"
    _ = try Self.check(
      Self.run(
        Self.unprivileged + [
          "\(programs)/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8",
          "--locale=C.UTF-8", "--no-instructions",
        ]))
    try Self.rules.write(toFile: "\(data)/pg_hba.conf", atomically: false, encoding: .utf8)
    let file = "\(data)/postgresql.conf"
    let given = try String(contentsOfFile: file, encoding: .utf8)
    try (given + "\n" + Self.settings).write(toFile: file, atomically: false, encoding: .utf8)
    socket = directory
    (process, port) = try Self.start(programs, directory)
  }

  /// Runs SQL as the superuser and gives the rows, columns separated by `|`.
  @discardableResult
  public func sql(_ sql: String, in database: String = "postgres") throws -> String {
    try Self.check(
      Self.run(
        [
          "\(programs)/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", socket, "-p", "\(port)", "-U",
          "postgres", "-d", database, "-f", "-",
        ], input: sql)
    ).trimmingCharacters(in: .newlines)
  }

  /// Makes a role that logs in with a password.
  public func makeRole(_ name: String, password: String, mayCreate: Bool = true) throws {
    let right = mayCreate ? "CREATEDB" : "NOCREATEDB"
    let quoted = password.replacingOccurrences(of: "'", with: "''")
    try sql("CREATE ROLE \"\(name)\" LOGIN \(right) PASSWORD '\(quoted)'")
  }

  /// Makes an empty database that belongs to a role.
  ///
  /// - Parameter options: what else `CREATE DATABASE` is to say.
  public func makeDatabase(_ name: String, owner: String, options: String = "") throws {
    try sql("CREATE DATABASE \"\(name)\" OWNER \"\(owner)\" \(options)")
  }

  /// Makes a role and a database of it.
  public func makeDatabase(_ name: String, user: String, password: String) throws {
    try makeRole(user, password: password)
    try makeDatabase(name, owner: user)
  }

  /// All that a database holds, as text.
  public func text(of database: String) throws -> String {
    let output = try Self.check(
      Self.run([
        "\(programs)/pg_dump", "-h", socket, "-p", "\(port)", "-U", "postgres", "-d", database,
      ]))
    // A word that is another one each time.
    return output.split(separator: "\n").filter {
      !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict")
    }.joined(separator: "\n")
  }

  /// The process id of the server itself.
  public func pid() throws -> pid_t {
    let text = try String(contentsOfFile: "\(directory)/data/postmaster.pid", encoding: .utf8)
    guard let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
      throw ServerProcess.Fault("the server's process id is not known")
    }
    return pid
  }

  /// Ends the server and waits for that.
  public func stop() { process.stop() }

  private static func start(
    _ programs: String, _ directory: String
  ) throws -> (ServerProcess, Int) {
    var last: any Error = ServerProcess.Fault("no port")
    for _ in 0..<5 {
      let port = try Loopback.freePort()
      let command = [
        "sh", "-c", run, directory, "\(programs)/postgres", "-D", "\(directory)/data", "-k",
        directory, "-h", "127.0.0.1", "-p", "\(port)",
      ]
      do {
        let process = try ServerProcess(command, directory: directory, user: "postgres")
        let ask = ["\(programs)/pg_isready", "-q", "-h", directory, "-p", "\(port)"]
        try process.waitUntilReady { (try? run(ask).status) == 0 }
        return (process, port)
      } catch { last = error }
    }
    throw last
  }

  private static func findPrograms() throws -> String {
    let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
    guard let newest = versions.compactMap({ Int($0) }).max() else {
      throw ServerProcess.Fault("the package postgresql is not installed")
    }
    return "/usr/lib/postgresql/\(newest)/bin"
  }

  private static func makeDirectory() throws -> String {
    // Where the server's user may remove it, too.
    let shared = NSTemporaryDirectory() + "pg"
    if mkdir(shared, 0o777) == 0 { chmod(shared, 0o1777) }
    let path = "\(shared)/\(UUID().uuidString.prefix(8).lowercased())"
    guard mkdir(path, 0o755) == 0 else { throw ServerProcess.Fault("\(path) cannot be made") }
    if geteuid() == 0, let entry = getpwnam("postgres") {
      chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid)
    }
    return path
  }

  private static var unprivileged: [String] {
    geteuid() == 0
      ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"] : []
  }

  private struct Ended {
    let status: Int32
    let output: String
    let errors: String
  }

  private static func check(_ ended: Ended) throws -> String {
    guard ended.status == 0 else { throw ServerProcess.Fault(ended.errors) }
    return ended.output
  }

  private static func run(_ command: [String], input: String = "") throws -> Ended {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (stdin, stdout)
    process.standardError = stderr
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    let errors = try stderr.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Ended(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}
