import Foundation
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

@Suite struct DatabaseClaimsTests {
  private let sandbox: DataSandbox
  private let claims: DatabaseClaims
  private let database = DatabaseIdentity(engine: "mariadb", server: "s", database: "shop")

  init() throws {
    sandbox = try DataSandbox()
    claims = DatabaseClaims(in: "\(sandbox.root)/state")
  }

  private func site(_ name: String, root: String? = nil) -> DatabaseClaims.Claimant {
    DatabaseClaims.Claimant(pair: "acme", root: root ?? sandbox.root, site: name)
  }

  @Test func aDatabaseIsOneSites() throws {
    try claims.hold(database, for: site("a"))
    try claims.hold(database, for: site("a"))
    let refused = #expect(throws: Failure.self) { try claims.hold(database, for: site("b")) }
    #expect(refused?.kind == .refused)
    #expect(refused?.message.contains("of b of acme belongs to a of acme") == true)
    #expect(try claims.all().count == 1)
    #expect(try claims.release(root: sandbox.root, site: "a") == [database])
    try claims.hold(database, for: site("b"))
  }

  /// Nobody knows which of the two is right, so neither gets it.
  @Test func ofTwoNewOnesNeitherGetsIt() throws {
    try claims.note(database, for: site("a"))
    try claims.note(database, for: site("b"))
    for (one, other) in [("a", "b"), ("b", "a")] {
      let refused = #expect(throws: Failure.self) { try claims.hold(database, for: site(one)) }
      #expect(refused?.message.contains("of \(one) of acme") == true)
      #expect(refused?.message.contains("settings lead of \(other) of acme") == true)
    }
    try claims.note(
      DatabaseIdentity(engine: "mariadb", server: "s", database: "b"), for: site("b"))
    try claims.hold(database, for: site("a"))
  }

  @Test func aClaimOfARootThatIsGoneIsNamedWithTheCommand() throws {
    let gone = "\(sandbox.root)/gone"
    try claims.hold(database, for: site("a", root: gone))
    let refused = #expect(throws: Failure.self) { try claims.hold(database, for: site("b")) }
    #expect(refused?.message.contains("which is gone") == true)
    #expect(refused?.remedy == "leapfrog-host claims release \(gone) a")
  }

  @Test func aNewDatabaseIsSettledAndTheOldOneIsFree() throws {
    let renamed = DatabaseIdentity(engine: "mariadb", server: "s", database: "shop2")
    try claims.hold(database, for: site("a"))
    try claims.hold(renamed, for: site("a"))
    #expect(throws: Failure.self) { try claims.hold(database, for: site("b")) }
    try claims.settle(site("a"))
    try claims.hold(database, for: site("b"))
    #expect(throws: Failure.self) { try claims.hold(renamed, for: site("b")) }
  }

  /// However a server is reached, it says that it is the same.
  @Test func aServerIsKnownByWhatItSays() throws {
    let mariadb = try MariaDBDatabase(.shared(), filled: false)
    let postgres = try PostgreSQLDatabase(.shared(), filled: false)
    let ways = [
      [mariadb.spec, way(mariadb.spec, "127.0.0.1", mariadb.server.port)],
      [postgres.spec, way(postgres.spec, "127.0.0.1", postgres.server.port)],
    ]
    for (specs, password) in zip(ways, [mariadb.password, postgres.password]) {
      let found = try specs.map { spec in
        var spec = spec
        let variable = "TEST_PASSWORD_\(UUID().uuidString.prefix(8))"
        TestVariable.set(variable, password)
        spec.password = .environment(variable)
        return try Engines.engine(for: .server(spec), data: sandbox.data).identity()
      }
      #expect(found[0] != nil && found[0] == found[1])
      #expect(found[0]?.database == specs[0].name)
    }
  }

  private func way(_ spec: ServerDatabase, _ host: String, _ port: Int) -> ServerDatabase {
    var spec = spec
    (spec.host, spec.port, spec.socket) = (host, port, nil)
    return spec
  }
}
