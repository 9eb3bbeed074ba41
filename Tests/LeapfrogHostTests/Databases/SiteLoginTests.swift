import Foundation
import Glibc
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

/// What a site's owner writes opens nothing that the owner could not open.
@Suite(.enabled(if: geteuid() == 0)) struct SiteLoginTests {
  private let sandbox: DataSandbox
  private let owner: SiteAccount
  private let other: SiteAccount

  init() throws {
    (sandbox, owner, other) = (try DataSandbox(), try SiteAccount(), try SiteAccount())
    try owner.own(sandbox.data)
    try Files.makeDirectory(sandbox.layout.live, mode: 0o755)
    for name in ["blue", "green"] { try Files.makeDirectory("\(sandbox.root)/\(name)") }
    try Files.replaceLink(sandbox.layout.live(sandbox.site), target: "../blue")
  }

  private func engine(
    _ server: ServerDatabase, told: [String: Any] = [:]
  ) throws -> any DatabaseEngine {
    let json = String(decoding: try JSONSerialization.data(withJSONObject: told), as: UTF8.self)
    let site = SiteSpec(
      name: sandbox.site, database: .server(server),
      commands: SiteCommands(credentials: Command(["printf", "%s", json])))
    let pair = PairSpec(name: "acme", root: sandbox.root, sites: [site])
    return Engines.engine(
      for: .server(server), data: sandbox.data,
      app: AppSettings(layout: sandbox.layout, pair: pair, site: site))
  }

  private func refusal(_ engine: any DatabaseEngine) -> String {
    let failure = #expect(throws: Failure.self) { try engine.check() }
    return failure?.description ?? ""
  }

  private func told(_ database: MariaDBDatabase) -> [String: Any] {
    [
      "name": database.name, "user": database.spec.user ?? "", "socket": database.server.socket,
      "password": database.password,
    ]
  }

  // MARK: Option files

  /// S1: the file names code, and its directory is exchanged all the while with a link to one of root's.
  @Test func noCodeOfAnOptionFileRuns() throws {
    let database = try MariaDBDatabase(.shared())
    let canary = "\(sandbox.data)/canary"
    try makePlugin(writing: canary)
    let text = database.password.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let rootsPlace = try TrustedPlace()
    let options = """
      [client]
      user=\(database.spec.user ?? "")
      password="\(text)"
      plugin-dir=\(sandbox.data)
      default-auth=evil

      """
    _ = try rootsPlace.write(options, "my.cnf")
    try sandbox.write(options, to: "db/my.cnf")
    try owner.own(sandbox.data)
    let exchange = try Exchange("\(sandbox.data)/db", with: rootsPlace.path)
    var spec = database.spec
    (spec.user, spec.password) = (nil, .file("db/my.cnf"))
    var successes = 0
    for _ in 0..<8 where (try? engine(spec).check()) != nil { successes += 1 }
    exchange.end()
    #expect(!Files.exists(canary), "ran as \((try? sandbox.bytes(canary)) ?? [])")
    try sandbox.write(options, to: "mine.cnf")
    try owner.own("\(sandbox.data)/mine.cnf")
    spec.password = .file("mine.cnf")
    try engine(spec).check()
    #expect(!Files.exists(canary))
  }

  private func makePlugin(writing canary: String) throws {
    try sandbox.write(
      """
      #include <stdio.h>
      #include <unistd.h>
      __attribute__((constructor)) static void run(void) {
        FILE *f = fopen("\(canary)", "a");
        if (f) { fprintf(f, "%d\\n", (int)geteuid()); fclose(f); }
      }

      """, to: "evil.c")
    try DataSandbox.run([
      "sh", "-c",
      "$(command -v clang || command -v cc) -shared -fPIC -o \"$0/evil.so\" \"$0/evil.c\"",
      sandbox.data,
    ])
  }

  /// S11: a file below the data that is a link to one of root's.
  @Test func aLinkOpensNothingOfRoots() throws {
    let place = try TrustedPlace()
    let postgres = try PostgreSQLDatabase(.shared(), filled: false)
    let escaped = postgres.password.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
    let secret = try place.write("*:*:*:*:\(escaped)\n", "pgpass")
    symlink(secret, "\(sandbox.data)/pgpass")
    try owner.own(sandbox.data)
    var spec = postgres.spec
    spec.password = .file("pgpass")
    let refused = refusal(try engine(spec))
    #expect(refused.contains("pgpass") && refused.contains(owner.name), "\(refused)")
    #expect(!refused.contains(postgres.password))
    // The same file where leapfrog.yml names it is the operator's, and the owner's own is the owner's.
    spec.password = .file(secret)
    try engine(spec).check()
    try Files.remove("\(sandbox.data)/pgpass")
    try sandbox.write("*:*:*:*:\(escaped)\n", to: "pgpass")
    try owner.own(sandbox.data)
    spec.password = .file("pgpass")
    try engine(spec).check()
  }

  @Test func aFileThatOthersCanWriteIsRefusedByName() throws {
    let database = try MariaDBDatabase(.shared(), filled: false)
    let place = try TrustedPlace()
    let file = try place.write("[client]\npassword=x\n", "my.cnf")
    var spec = database.spec
    spec.password = .file(file)
    chmod(file, 0o620)
    #expect(refusal(try engine(spec)).contains("run `chmod go-w \(file)`"))
    chmod(file, 0o600)
    chown(file, owner.user.uid, owner.user.gid)
    #expect(refusal(try engine(spec)).contains("\(file) belongs to \(owner.name)"))
    chown(file, 0, 0)
    chown(place.path, owner.user.uid, owner.user.gid)
    let refused = refusal(try engine(spec))
    #expect(refused.contains("\(place.path) belongs to \(owner.name)"), "\(refused)")
    #expect(refused.contains("install -D -m 600"), "\(refused)")
    spec.password = .file("\(sandbox.root)/sites/b.example.com/my.cnf")
    #expect(refusal(try engine(spec)).contains("among the data of another site"))
  }

  /// A pipe has no end.
  @Test func aPipeIsNotWaitedForForEver() throws {
    mkfifo("\(sandbox.data)/my.cnf", 0o644)
    try owner.own(sandbox.data)
    let database = try MariaDBDatabase(.shared(), filled: false)
    var spec = database.spec
    spec.password = .file("my.cnf")
    var file = LoginFile("my.cnf", data: sandbox.data)
    file.patience = 1
    #expect(throws: Failure.self) { try file.read(as: owner.user) }
  }

  // MARK: Settings

  /// S2: settings that name another account, which the server would know by its socket.
  @Test func settingsBorrowNobodysAccount() throws {
    let server = try MariaDBServer.shared()
    let theirs = try MariaDBDatabase(server, filled: false)
    try server.sql(
      """
      CREATE USER '\(other.name)'@'localhost' IDENTIFIED VIA unix_socket;
      GRANT ALL ON `\(theirs.name)`.* TO '\(other.name)'@'localhost';
      """)
    defer { _ = try? server.sql("DROP USER '\(other.name)'@'localhost'") }
    let told = ["name": theirs.name, "user": other.name, "socket": server.socket]
    let refused = refusal(
      try engine(ServerDatabase(engine: .mariadb, password: .app), told: told))
    #expect(refused.contains("Access denied for user '\(other.name)'"), "\(refused)")
    // Where leapfrog.yml names the user the operator has decided.
    try engine(
      ServerDatabase(
        engine: .mariadb, name: theirs.name, socket: server.socket, user: other.name)
    ).check()
  }

  @Test func settingsBorrowNobodysAccountOfPostgreSQL() throws {
    let server = try PostgreSQLServer.shared()
    let theirs = try PostgreSQLDatabase(server, filled: false)
    let rules = "\(server.directory)/data/pg_hba.conf"
    let before = try String(contentsOfFile: rules, encoding: .utf8)
    try server.sql("CREATE ROLE \(other.name) LOGIN; GRANT \(theirs.user) TO \(other.name)")
    try Data("local all \(other.name) peer\n\(before)".utf8).write(to: URL(filePath: rules))
    chmod(rules, 0o644)
    try server.sql("SELECT pg_reload_conf()")
    defer { _ = try? server.sql("DROP ROLE \(other.name)") }
    let told: [String: Any] = [
      "name": theirs.name, "user": other.name, "socket": server.socket, "port": server.port,
    ]
    let refused = refusal(
      try engine(ServerDatabase(engine: .postgresql, password: .app), told: told))
    #expect(refused.contains("Peer authentication failed"), "\(refused)")
    try engine(
      ServerDatabase(
        engine: .postgresql, name: theirs.name, port: server.port, socket: server.socket,
        user: other.name)
    ).check()
  }

  @Test func anAdministratorIsForLeapfrogYmlAlone() throws {
    let database = try MariaDBDatabase(.shared(), filled: false)
    let user = try #require(database.spec.user)
    let app = ServerDatabase(engine: .mariadb, password: .app)
    try engine(app, told: told(database)).check()
    try database.server.sql("GRANT ALL ON *.* TO \(user) WITH GRANT OPTION")
    let refused = refusal(try engine(app, told: told(database)))
    #expect(refused.contains("says `user: \(user)`"), "\(refused)")
    var named = app
    named.user = user
    try engine(named, told: told(database)).check()
  }

  @Test func aSuperuserOfPostgreSQLIsForLeapfrogYmlAlone() throws {
    let database = try PostgreSQLDatabase(.shared(), filled: false)
    let app = ServerDatabase(engine: .postgresql, password: .app)
    let told: [String: Any] = [
      "name": database.name, "user": database.user, "socket": database.server.socket,
      "port": database.server.port, "password": database.password,
    ]
    try engine(app, told: told).check()
    try database.server.sql("ALTER ROLE \(database.user) SUPERUSER")
    let refused = refusal(try engine(app, told: told))
    #expect(refused.contains("says `user: \(database.user)`"), "\(refused)")
    var named = app
    named.user = database.user
    try engine(named, told: told).check()
  }

  /// The operator's password goes nowhere that the site chooses.
  @Test func theOperatorsPasswordFollowsNoSettings() throws {
    let database = try MariaDBDatabase(.shared(), filled: false)
    let file = try TrustedPlace()
    let path = try file.write("[client]\npassword=geheim\n", "my.cnf")
    let told = ["name": database.name, "socket": "\(sandbox.data)/trap"]
    let refused = refusal(
      try engine(ServerDatabase(engine: .mariadb, password: .file(path)), told: told))
    #expect(refused.contains("`name` is missing in `database`"), "\(refused)")
  }

  @Test func noClientReadsFilesOfOurs() throws {
    let login = ServerLogin(name: "shop", user: "shop", account: owner.user)
    let client = try MariaDBClient(login)
    for command in [client.shell(), client.dump([])] {
      #expect(command.arguments[0] == "--defaults-file=/proc/self/fd/3")
      #expect(command.account == owner.user)
    }
    let psql = try PostgreSQLClient(login).command("psql")
    for key in ["PGPASSFILE", "PGSERVICEFILE", "PGSSLKEY", "PGSSLCERT", "PSQLRC"] {
      #expect(psql.environment[key] == "/dev/null/none")
    }
  }
}

/// Exchanges a directory with a link to another one, again and again, as a site's owner can.
private final class Exchange {
  private let process: Process
  private let path: String

  init(_ path: String, with other: String) throws {
    self.path = path
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      """
      while :; do mv "$0" "$0.real"; ln -s "$1" "$0"; rm "$0"; mv "$0.real" "$0"; done 2>/dev/null
      """, path, other,
    ]
    try process.run()
  }

  func end() {
    process.terminate()
    process.waitUntilExit()
  }

  deinit { if process.isRunning { end() } }
}
