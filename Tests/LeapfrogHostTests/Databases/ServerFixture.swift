import Foundation
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

/// A database of a real server, as the contract that every such engine keeps needs it.
protocol ServedDatabase: AnyObject {
  var spec: ServerDatabase { get }
  /// The password, which must not be found anywhere.
  var password: String { get }
  /// Everything in the database that has to be the same after a way back, as text.
  func contents() throws -> String
  /// Does what an update that fails does: drops, changes and makes things.
  func damage() throws
  /// Adds a row that only this call knows of, outside of a backup.
  func write() throws
  /// Whether the state that `damage` made is still somewhere.
  func keepsFailedState(_ aside: String) throws -> Bool
  /// Takes the database away.
  func drop() throws
  /// Whether its user may make one of its name again.
  var canMakeDatabases: Bool { get }
}

/// How to make such a database.
struct ServerFixture: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let make: @Sendable () throws -> any ServedDatabase

  /// One line an engine, or a way to log in or to store that matters.
  static let all = MariaDBDatabase.fixtures + PostgreSQLDatabase.fixtures
}

/// One served database with places for its backups.
struct ServedSetting {
  let sandbox: DataSandbox
  let database: any ServedDatabase
  let engine: any DatabaseEngine

  init(_ fixture: ServerFixture) throws {
    sandbox = try DataSandbox()
    database = try fixture.make()
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
}
