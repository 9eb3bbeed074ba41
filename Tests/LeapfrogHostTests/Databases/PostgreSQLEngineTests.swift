import Foundation
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

/// What only PostgreSQL has.
@Suite struct PostgreSQLEngineTests {
  struct Setting {
    let sandbox: DataSandbox
    let database: PostgreSQLDatabase
    let engine: any DatabaseEngine

    init(
      _ kind: PostgreSQLDatabase.Kind = .maker, on server: PostgreSQLServer? = nil,
      filled: Bool = true
    ) throws {
      sandbox = try DataSandbox()
      database = try PostgreSQLDatabase(server ?? .shared(), kind, filled: filled)
      let variable = "TEST_PASSWORD_\(UUID().uuidString.prefix(8))"
      TestVariable.set(variable, database.password)
      var spec = database.spec
      spec.password = .environment(variable)
      engine = Engines.engine(for: .server(spec), data: sandbox.data)
    }

    func backUp() throws -> DatabaseRecord { try engine.backUp(into: sandbox.backup, hot: false) }

    func restore(_ record: DatabaseRecord) throws {
      try engine.restore(record, from: sandbox.backup, aside: sandbox.aside)
    }

    func number() throws -> String {
      try database.server.sql("SELECT oid FROM pg_database WHERE datname = '\(database.name)'")
    }

    func names() throws -> PostgreSQLNames { PostgreSQLNames(of: try client()) }

    func client() throws -> PostgreSQLClient {
      try PostgreSQLClient(
        ServerLogin(
          name: database.name, port: database.server.port, socket: database.server.socket,
          user: database.user, password: Secret(database.password)))
    }
  }

  @Test func aDoneRestoreIsKnownAndALaterChangeIsSeen() throws {
    let setting = try Setting()
    let record = try setting.backUp()
    let before = try setting.database.contents()
    try setting.database.damage()
    try setting.restore(record)
    let once = try setting.number()
    try setting.restore(record)
    #expect(try setting.number() == once)
    #expect(try setting.database.aside().count == 1)
    try setting.database.write()
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
    #expect(try setting.database.aside().count == 2)
  }

  /// Every state that a restore can be left in by its death.
  @Test func aRestoreThatDiedIsTakenUp() throws {
    let setting = try Setting()
    let record = try setting.backUp()
    let before = try setting.database.contents()
    try setting.database.damage()
    let server = setting.database.server
    let restoring = try setting.names().restoring
    try server.makeDatabase(restoring, owner: setting.database.user)
    try server.sql("CREATE TABLE half(i int)", in: restoring)
    try setting.restore(record)
    #expect(try setting.database.contents() == before)

    try setting.database.damage()
    let databases = try PostgreSQLDatabases(try setting.client())
    try databases.create(restoring, PostgreSQLFacts(of: record).setup)
    var note = PostgreSQLNote(sha256: record.sha256)
    note.restored = try databases.number(of: restoring)
    try note.write(in: setting.sandbox.aside)
    try server.sql("ALTER DATABASE \"\(setting.database.name)\" ALLOW_CONNECTIONS false")
    try setting.restore(record)
    #expect(try setting.number() == note.restored)
  }

  @Test func aDatabaseThatIsGoneComesBack() throws {
    let setting = try Setting()
    let record = try setting.backUp()
    let before = try setting.database.contents()
    try setting.database.drop()
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
  }

  @Test(arguments: [PostgreSQLDatabase.Kind.maker, .plain])
  func whoIsStillConnectedIsPutOut(_ kind: PostgreSQLDatabase.Kind) throws {
    let setting = try Setting(kind)
    let record = try setting.backUp()
    let before = try setting.database.contents()
    let holder = try SessionHolder(setting.database, "BEGIN; LOCK TABLE page;")
    // Another connection may not be gone yet.
    #expect(
      try eventually {
        let activity = try setting.engine.activity()
        return activity?.busy == 1 && activity?.who.hasSuffix(" (1)") == true
      })
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
    withExtendedLifetime(holder) {}
  }

  @Test func anIdleConnectionIsNotBusy() throws {
    let setting = try Setting(filled: false)
    let holder = try SessionHolder(setting.database, "SELECT 1;")
    #expect(try eventually { try setting.engine.activity() == DatabaseActivity(busy: 0, who: "") })
    withExtendedLifetime(holder) {}
  }

  @Test func aTableOfAnotherRoleIsNamedBeforeAnythingBegins() throws {
    let setting = try Setting(filled: false)
    try setting.database.server.sql("CREATE TABLE foreigner(i int)", in: setting.database.name)
    let failure = #expect(throws: Failure.self) { try setting.engine.check() }
    #expect(failure?.message.contains("public.foreigner") == true)
    #expect(failure?.message.contains(setting.database.user) == true)
  }

  @Test func aWriterOnAClosedSiteIsFound() throws {
    let setting = try Setting()
    let client = try setting.client()
    let snapshot = try PostgreSQLSnapshot.begin(client)
    try setting.database.write()
    let seen = try snapshot.finish().contents
    let now = try PostgreSQLContents(lines: client.run(PostgreSQLContents.query))
    #expect(seen.counts["page"] == 200)
    #expect(now.difference(from: seen) == "the rows of page: 201 instead of 200")
  }

  @Test func onlyWhatWasSetAsideLongAgoGoes() throws {
    let setting = try Setting(filled: false)
    // The server words this check anew when it is restored, which is no difference.
    try setting.database.sql("CREATE TABLE t(k varchar(3) CHECK (k IN ('a', 'b')))")
    let record = try setting.backUp()
    try setting.restore(record)
    let fresh = try #require(try setting.database.aside().first)
    let old = fresh.prefix { $0 != "Z" }.dropLast(15) + "20200101T000000Z"
    try setting.database.server.makeDatabase(String(old), owner: setting.database.user)
    #expect(try setting.database.aside().count == 2)
    try setting.engine.pruneAside(olderThan: 30)
    #expect(try setting.database.aside() == [fresh])
  }

  @Test func aPasswordFileForOneDatabaseServesTheWayBack() throws {
    let setting = try Setting()
    let path = "\(setting.sandbox.data)/pgpass"
    let escaped = setting.database.password.replacing("\\", with: "\\\\")
      .replacing(":", with: "\\:")
    let line = "*:*:\(setting.database.name):\(setting.database.user):\(escaped)\n"
    try Files.write(Array("# ours\nelsewhere:1:*:*:x\n\(line)".utf8), to: path)
    var spec = setting.database.spec
    spec.password = .file(path)
    let engine = Engines.engine(for: .server(spec), data: setting.sandbox.data)
    let record = try engine.backUp(into: setting.sandbox.backup, hot: false)
    let before = try setting.database.contents()
    try setting.database.damage()
    try engine.restore(record, from: setting.sandbox.backup, aside: setting.sandbox.aside)
    #expect(try setting.database.contents() == before)
    #expect(try setting.database.aside().count == 1)
  }

  @Test func aDumpThatWasCutBetweenTwoTablesIsRefused() throws {
    let setting = try Setting(filled: false)
    try setting.database.sql(
      "CREATE TABLE a(i int); CREATE TABLE b(i int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)"
    )
    let record = try setting.backUp()
    let path = "\(setting.sandbox.backup)/\(record.file)"
    try DataSandbox.run(["zstd", "-dqf", path, "-o", "\(path).plain"])
    let plain = try Files.read("\(path).plain")
    let end = Array("\\.\n\n\n".utf8) + [0, 0, 0, 0, 0]
    let cut = try #require(plain.indices.first { plain[$0...].starts(with: end) }) + end.count
    try #require(cut < plain.count)
    try Files.write(plain[..<cut], to: "\(path).plain")
    try DataSandbox.run(["zstd", "-qf", "\(path).plain", "-o", path])
    #expect(PostgreSQLDump.isWhole(Array(plain[..<cut])))
    #expect(throws: Failure.self) { try PostgreSQLDump(path: path).readThrough() }
  }
}

/// A session of the database's user that stays.
final class SessionHolder {
  private let process: Process
  private let stdin: FileHandle

  init(_ database: PostgreSQLDatabase, _ sql: String) throws {
    TestVariable.set("TEST_HOLDER_\(database.user)", database.password)
    let server = database.server
    let started = try DataSandbox.start([
      "sh", "-c",
      "PGPASSWORD=$(printenv \"$0\") exec psql -XAtq -h \"$1\" -p \"$2\" -U \"$3\" -d \"$4\"",
      "TEST_HOLDER_\(database.user)", server.socket, "\(server.port)", database.user, database.name,
    ])
    (process, stdin) = (started.process, started.stdin)
    try stdin.write(contentsOf: Data("\(sql)\nSELECT 'rea' || 'dy';\n".utf8))
    var seen = ""
    while !seen.contains("ready") {
      let part = started.stdout.availableData
      guard !part.isEmpty else { throw Failure.failed("the session ended") }
      seen += String(decoding: part, as: UTF8.self)
    }
  }

  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
