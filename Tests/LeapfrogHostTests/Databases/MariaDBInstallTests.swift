import Foundation
import LeapfrogCore
import RealServers
import Testing

@testable import LeapfrogHost

/// A site whose data is all in a server's database looks new by its files.
@Suite struct MariaDBInstallTests {
  private func migration(_ database: String, _ server: MariaDBServer) throws -> MigrationOnDisk {
    let variable = "TEST_PASSWORD_\(database)"
    TestVariable.set(variable, "p4ss-\(database)")
    let spec = ServerDatabase(
      engine: .mariadb, name: database, socket: server.socket, user: database,
      password: .environment(variable))
    let onDisk = try MigrationOnDisk(
      SiteSpec(
        name: "a.example.com", database: .server(spec),
        commands: SiteCommands(install: Command(["touch", "installed"]))))
    // Whose the database is, is not noted on this machine.
    TestVariable.set("LEAPFROG_STATE", "\(onDisk.pair.layout.root)/state")
    return onDisk
  }

  @Test func nothingIsInstalledOverRows() throws {
    let server = try MariaDBServer.shared()
    let name = "install\(UUID().uuidString.prefix(6).lowercased())"
    try server.makeDatabase(name, user: name, password: "p4ss-\(name)")
    _ = try server.sql("CREATE TABLE page (id INT); INSERT INTO page VALUES (1)", in: name)
    let onDisk = try migration(name, server)
    let failure = #expect(throws: Failure.self) { try InstallStep().perform(onDisk.migration) }
    #expect(failure?.kind == .refused)
    #expect(failure?.message.contains("holds rows") == true)
    #expect(try server.sql("SELECT COUNT(*) FROM page", in: name).contains("1"))
    _ = try server.sql("DELETE FROM page", in: name)
    try InstallStep().perform(onDisk.migration)
    #expect(Files.exists("\(onDisk.pair.layout.platform(.green))/installed"))
  }
}
