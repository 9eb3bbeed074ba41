import Foundation
import Glibc
import Synchronization

/// A real MariaDB server on a socket and a loopback port of its own, with nothing in it.
public final class MariaDBServer: Sendable {
  /// The server's socket.
  public let socket: String
  /// The server's port of 127.0.0.1.
  public let port: Int
  /// Everything of the server; it goes with it.
  public let directory: String
  private let process: Mutex<ServerProcess>

  /// One for all tests of the process that do not harm it.
  public static func shared() throws -> MariaDBServer { try common.get() }

  private static let common: Result<MariaDBServer, any Error> = Result {
    let server = try MariaDBServer()
    atexit { try? MariaDBServer.common.get().remove() }
    return server
  }

  /// An initialised data directory, copied by every server of the process.
  private static let template: Result<String, any Error> = Result {
    let path = try makeDirectory()
    atexit {
      if let path = try? MariaDBServer.template.get() {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
    try run(
      ["mariadb-install-db", "--no-defaults", "--datadir=\(path)/data", "--skip-test-db"]
        + [
          "--auth-root-authentication-method=normal", "--innodb-log-file-size=10M",
          "--tmpdir=\(path)",
        ]
        + (geteuid() == 0 ? ["--user=\(account)"] : []))
    return path
  }

  private static let account = "mysql"

  public init() throws {
    let template = try Self.template.get()
    directory = try Self.makeDirectory()
    socket = "\(directory)/s"
    try Self.run(["cp", "-a", "\(template)/data", "\(directory)/data"])
    let (started, port) = try Self.startAtFreePort(directory)
    process = Mutex(started)
    self.port = port
  }

  /// Somebody else may have taken a free port meanwhile: then another one is tried.
  private static func startAtFreePort(_ directory: String) throws -> (ServerProcess, Int) {
    var last: any Error = ServerProcess.Fault("no port")
    for _ in 1...3 {
      do {
        let port = try Loopback.freePort()
        let process = try start(directory: directory, port: port)
        try waitUntilReady(process, directory)
        return (process, port)
      } catch { last = error }
    }
    throw last
  }

  deinit { remove() }

  private func remove() {
    process.withLock { $0.stop() }
    Leavings.remove(directory)
  }

  private static func start(directory: String, port: Int) throws -> ServerProcess {
    try ServerProcess(
      [
        "mariadbd", "--no-defaults", "--datadir=\(directory)/data", "--socket=\(directory)/s",
        "--port=\(port)", "--bind-address=127.0.0.1", "--skip-name-resolve", "--pid-file=pid",
        "--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=10M", "--innodb-fast-shutdown=2", "--key-buffer-size=8M",
        "--innodb-flush-method=nosync",
        "--skip-innodb-doublewrite", "--sync-frm=OFF",
        "--tmpdir=\(directory)", "--event-scheduler=ON", "--max-allowed-packet=64M",
      ], directory: directory, user: account)
  }

  private static func waitUntilReady(_ process: ServerProcess, _ directory: String) throws {
    try process.waitUntilReady { (try? ask("SELECT 1", at: "\(directory)/s")) != nil }
  }

  /// The server's process id.
  public var pid: pid_t { process.withLock { $0.pid } }

  /// Kills the server at once, and starts it again on the same data.
  public func crash() throws {
    process.withLock { process in
      process.signal(SIGKILL)
      process.stop()
    }
  }

  /// Starts the server again after a crash.
  public func restart() throws {
    try process.withLock {
      $0 = try Self.start(directory: directory, port: port)
      try Self.waitUntilReady($0, directory)
    }
  }

  /// Runs statements as the server's administrator.
  ///
  /// - Returns: the rows, a line each, without the names of the columns.
  @discardableResult
  public func sql(_ sql: String, in database: String? = nil) throws -> String {
    try Self.ask(sql, at: socket, in: database)
  }

  private static func ask(
    _ sql: String, at socket: String, in database: String? = nil
  ) throws -> String {
    try run(
      [
        "mariadb", "--no-defaults", "--socket=\(socket)", "--user=root", "--batch",
        "--skip-column-names", "--default-character-set=utf8mb4",
      ] + (database.map { [$0] } ?? []), input: sql)
  }

  /// Makes an empty database and a user that has every right on it and none besides.
  public func makeDatabase(_ name: String, user: String, password: String) throws {
    let text = password.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "'", with: "\\'")
    try sql(
      """
      CREATE DATABASE `\(name)` CHARACTER SET utf8mb4;
      CREATE USER '\(user)'@'%' IDENTIFIED BY '\(text)';
      GRANT ALL ON `\(name)`.* TO '\(user)'@'%';
      """)
  }

  private static func makeDirectory() throws -> String {
    let base = FileManager.default.temporaryDirectory.path
    let path = "\(base)/mariadb-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    Leavings.add(path)
    chmod(path, 0o755)
    if geteuid() == 0, let entry = getpwnam(account) {
      chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid)
    }
    return path
  }

  /// Runs a program to its end and answers what it printed.
  private static func run(_ arguments: [String], input: String = "") throws -> String {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "mariadb-input-\(UUID().uuidString)")
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: said, as: UTF8.self).trimmingCharacters(in: .newlines)
    guard process.terminationStatus == 0 else {
      throw ServerProcess.Fault("\(arguments[0]): \(text.suffix(2000))")
    }
    return text
  }

  @discardableResult
  private static func run(_ arguments: [String]) throws -> String {
    try run(arguments, input: "")
  }
}
