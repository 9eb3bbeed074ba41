import Foundation
import Glibc
import RealServers
import Testing

/// A pair with one site whose data is in a database of a real server, on v1; the tag `bad` is v2 with
/// something wrong.
struct ServerTrap {
  /// How the site's kind of database is used from a test and from the app's scripts.
  struct Kind {
    /// The lines of `database:` in the configuration.
    let configuration: String
    /// The app's `bin/client`: runs the SQL that it reads.
    let client: String
    /// The same as the administrator, for scripts that are given no password.
    let admin: String
    /// Runs SQL as the administrator.
    let sql: (String) throws -> String
  }

  let farm: Farm
  let kind: Kind
  let site = "one.example.com"
  private let before: String

  static let password = "p4ss-kolibri"
  private static let look = """
    SELECT count(*), max(id), min(title), max(length(body)) FROM post; SELECT * FROM state
    """

  init(
    _ kind: Kind, _ files: [String: String] = [:], extra: String = "", siteExtra: String = "",
    timeout: Int = 40
  ) throws {
    self.kind = kind
    farm = try Farm(sites: [site])
    try farm.commit("one", on: "v1", Self.app(kind, version: 1))
    try farm.commit("bad", Self.app(kind, version: 2).merging(files) { $1 })
    _ = try kind.sql(Self.data)
    try FileManager.default.createDirectory(
      at: farm.data(site), withIntermediateDirectories: true)
    try Data("data".utf8).write(to: farm.data(site).appendingPathComponent("local.ini"))
    try farm.write(Self.text(farm, kind, "    command_timeout: \(timeout)\n\(extra)", siteExtra))
    let made = try Self.run(farm, ["init", "acme", "one"])
    try #require(made.status == 0, "\(made.text)")
    before = try kind.sql(Self.look)
  }

  /// Large enough that a dump of it does not fit into any pipe.
  private static var data: String {
    let rows = (1...3000).map { "(\($0), 'post', '\(String(repeating: "x", count: 1000))')" }
    return """
      CREATE TABLE post (id INT PRIMARY KEY, title VARCHAR(40), body TEXT);
      CREATE TABLE state (version INT);
      INSERT INTO state VALUES (1);
      INSERT INTO post VALUES \(rows.joined(separator: ",\n"));
      """
  }

  private static func app(_ kind: Kind, version: Int) -> [String: String] {
    [
      "index.html": "<html>version \(version)</html>", "bin/client": kind.client,
      "bin/update": """
      #!/bin/sh
      echo 'ALTER TABLE post ADD slug VARCHAR(40); UPDATE state SET version = \(version)' | bin/client

      """,
      "bin/pending": """
      #!/bin/sh
      found=$(echo 'SELECT version FROM state' | bin/client) || exit 1
      [ "$found" = \(version) ] && exit 0
      exit 3

      """,
    ]
  }

  private static func text(
    _ farm: Farm, _ kind: Kind, _ extra: String, _ siteExtra: String
  ) -> String {
    """
    pairs:
      acme:
        repository: \(farm.repository.path)
        root: \(farm.root.path)
    \(extra)
        sites:
          one.example.com:
            database: {\(kind.configuration), password_env: TRAP_PASSWORD}
            environment: [TRAP_PASSWORD]
            commands:
              update: [bin/update]
              pending: [bin/pending]
    \(siteExtra)
    """
  }

  /// Puts a script in the place of a client program, with the real one's path as `$real`. What only
  /// looks at definitions, before the site is closed, is left to the real one.
  func replace(_ program: String, _ script: String) throws {
    let real = try Shell.run("/usr/bin/which", [program], in: farm.directory).output
    let url = farm.directory.appendingPathComponent("fake/\(program)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    let text = """
      #!/bin/bash
      real=\(real.trimmingCharacters(in: .whitespacesAndNewlines))
      case "$*" in *--no-data*) exec "$real" "$@" ;; esac
      \(script)

      """
    try Data(text.utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
  }

  /// Runs `leapfrog`, with the programs that were replaced.
  func run(_ arguments: String...) throws -> Outcome { try Self.run(farm, arguments) }

  private static func run(_ farm: Farm, _ arguments: [String]) throws -> Outcome {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try Running(
      "leapfrog", arguments, of: farm,
      environment: [
        "PATH": "\(farm.directory.path)/fake:\(path)", "TRAP_PASSWORD": password,
      ]
    ).end(within: 120)
  }

  /// Upgrades; the command fails and says why, and the site serves as before, with the same data.
  func expectCaught(_ words: String..., location: SourceLocation = #_sourceLocation) throws {
    let outcome = try run("upgrade", "acme", "bad")
    let shown = Comment("\(outcome.text)")
    #expect(outcome.status == 1, shown, sourceLocation: location)
    for word in words {
      #expect(outcome.text.contains(word), shown, sourceLocation: location)
    }
    try expectAsBefore(shown, location)
  }

  func expectAsBefore(
    _ shown: Comment, _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try farm.platform(site) == "blue", shown, sourceLocation: location)
    #expect(try farm.page(site).contains("version 1"), shown, sourceLocation: location)
    #expect(try farm.closedSites().isEmpty, shown, sourceLocation: location)
    #expect(try kind.sql(Self.look) == before, shown, sourceLocation: location)
    let told = try Shell.run(
      "/bin/grep", ["-rlF", Self.password, farm.root.path], in: farm.directory)
    #expect(told.output.isEmpty, shown, sourceLocation: location)
  }

  /// No update was begun.
  func expectNoUpdate(location: SourceLocation = #_sourceLocation) throws {
    let jobs = try FileManager.default.contentsOfDirectory(
      atPath: farm.inRoot(".leapfrog/jobs").path)
    #expect(!jobs.contains { $0.hasSuffix("-update") }, sourceLocation: location)
  }
}

extension ServerTrap.Kind {
  /// A new database of a MariaDB server.
  static func mariadb(_ server: MariaDBServer) throws -> Self {
    let name = "trap\(UInt32.random(in: 0 ... .max))"
    try server.makeDatabase(name, user: name, password: ServerTrap.password)
    return Self(
      configuration: "engine: mariadb, name: \(name), socket: \(server.socket), user: \(name)",
      client: """
        #!/bin/sh
        exec env MYSQL_PWD="$TRAP_PASSWORD" mariadb --no-defaults -nBN -S \(server.socket) -u \(name) \
          \(name)

        """, admin: "mariadb --no-defaults -S \(server.socket) -u root \(name)",
      sql: { try server.sql($0, in: name) })
  }

  /// A new database of a PostgreSQL server.
  static func postgresql(_ server: PostgreSQLServer) throws -> Self {
    let name = "trap\(UInt32.random(in: 0 ... .max))"
    try server.makeDatabase(name, user: name, password: ServerTrap.password)
    return Self(
      configuration:
        "engine: postgresql, name: \(name), socket: \(server.socket), port: \(server.port), user: \(name)",
      client: """
        #!/bin/sh
        exec env PGPASSWORD="$TRAP_PASSWORD" psql -XAtq -v ON_ERROR_STOP=1 -h \(server.socket) \
          -p \(server.port) -U \(name) \(name)

        """,
      admin: "psql -Xq -h \(server.socket) -p \(server.port) -U postgres \(name)",
      sql: { try server.sql("SET ROLE \(name);" + $0, in: name) })
  }
}

/// A client of the app's that is connected and in the middle of something; ends with its owner.
final class OpenClient {
  private let process = Process()
  private let input = Pipe()

  init(_ trap: ServerTrap, _ sql: String) throws {
    process.executableURL = trap.farm.inRoot("blue/bin/client")
    process.environment = ProcessInfo.processInfo.environment
      .merging(["TRAP_PASSWORD": ServerTrap.password]) { $1 }
    let output = Pipe()
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data("\(sql);\n".utf8))
    var answer = pollfd(
      fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&answer, 1, 20_000) > 0, !output.fileHandleForReading.availableData.isEmpty else {
      process.terminate()
      throw KitError("the client said nothing to \(sql)")
    }
  }

  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  deinit { end() }
}
