import Foundation
import Glibc
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

/// An option file can name code that the client loads: a site's own is read with that site's rights.
@Suite(.enabled(if: geteuid() == 0)) struct MariaDBOptionOwnerTests {
  private let database: MariaDBDatabase
  private let directory: ServerDirectory
  private let file: String

  init() throws {
    database = try MariaDBDatabase(.shared())
    directory = try ServerDirectory()
    file = "\(directory.path)/my.cnf"
  }

  private func client() throws -> MariaDBClient {
    try MariaDBClient(
      ServerLogin(
        name: database.name, socket: database.server.socket, password: .file(file)))
  }

  private func write(for owner: uid_t) throws {
    let text = database.password.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    try directory.write(
      "[client]\nuser=u\(database.name.dropFirst(5))\npassword=\"\(text)\"\n", "my.cnf")
    chmod(file, 0o600)
    chown(file, owner, owner)
  }

  @Test func itsOwnerReadsIt() throws {
    try write(for: 65534)
    #expect(try client().shell().account?.uid == 65534)
    #expect(try client().rows("SELECT 1") == [["1"]])
    try write(for: 0)
    #expect(try client().shell().account == nil)
    #expect(try client().rows("SELECT 1") == [["1"]])
  }

  /// A link to the login of somebody else is the maker's of the link.
  @Test func aLinkOpensNothingMore() throws {
    try write(for: 0)
    rename(file, "\(directory.path)/root.cnf")
    symlink("\(directory.path)/root.cnf", file)
    lchown(file, 65534, 65534)
    #expect(try client().shell().account?.uid == 65534)
    #expect(throws: Failure.self) { try client().rows("SELECT 1") }
  }
}
