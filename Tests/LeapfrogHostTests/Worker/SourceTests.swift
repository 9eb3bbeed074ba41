import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What a backup is put back into has to be what it was made of.
@Suite struct SourceTests {
  private let manifest: BackupManifest
  private let disk: MigrationOnDisk

  init() throws {
    disk = try MigrationOnDisk(SiteSpec(name: "a.example.com"))
    try disk.write("text", "file")
    try disk.makeBackup()
    let migration = disk.migration
    manifest = try #require(
      try migration.backups.manifest(site: migration.site.name, id: migration.plan.backup))
  }

  private func engine(_ engine: ServerDatabase.Engine) -> any DatabaseEngine {
    Engines.engine(for: .server(ServerDatabase(engine: engine, name: "a")), data: "/nowhere")
  }

  private func record(_ engine: String) -> DatabaseRecord {
    DatabaseRecord(
      engine: engine, file: "database", bytes: 0, sha256: "", counts: [:], exact: false, mode: 0,
      owner: 0, group: 0)
  }

  @Test func aBackupOfNoDatabaseIsNotHalfPutBack() throws {
    try Restoration.verify(manifest, fits: nil)
    let failure = #expect(throws: Failure.self) {
      try Restoration.verify(manifest, fits: engine(.mariadb))
    }
    #expect(failure?.message.contains("no database") == true)
  }

  @Test(arguments: ["sqlite", "mariadb", "postgresql"])
  func aCopyGoesIntoADatabaseOfItsKindAlone(_ kind: String) throws {
    var manifest = manifest
    manifest.database = record(kind)
    let engines = [
      engine(.mariadb), engine(.postgresql),
      Engines.engine(for: .sqlite(path: "a"), data: "/nowhere"),
    ]
    #expect(throws: Failure.self) { try Restoration.verify(manifest, fits: nil) }
    for engine in engines {
      if type(of: engine).name == kind {
        try Restoration.verify(manifest, fits: engine)
      } else {
        #expect(throws: Failure.self) { try Restoration.verify(manifest, fits: engine) }
      }
    }
  }

  @Test func nothingIsTouchedWhereItDoesNotFit() throws {
    try disk.write("later", "file")
    var manifest = manifest
    manifest.database = record("mariadb")
    #expect(throws: Failure.self) {
      try Restoration(migration: disk.migration, manifest: manifest).run()
    }
    #expect(disk.read("file") == "later")
    #expect(!Files.exists(disk.migration.aside))
  }
}

/// What the commands of an app know of the passwords of databases.
@Suite struct ForeignPasswordTests {
  @Test func aSiteGetsAPasswordThatItListsAndNoOther() {
    let names = ["one", "two"].map { "TEST_PASSWORD_OF_\($0)_\(UUID().uuidString.prefix(8))" }
    for name in names { TestVariable.set(name, "canary") }
    func variables(_ site: String?, listed: [String] = []) -> [String: String] {
      let sites = zip(["one", "two"], names).map { site, variable in
        SiteSpec(
          name: site,
          database: .server(
            ServerDatabase(engine: .mariadb, name: site, password: .environment(variable))),
          environment: listed)
      }
      let spec = PairSpec(name: "acme", root: "/nowhere", sites: sites)
      return AppEnvironment(
        layout: Layout(root: "/nowhere"), spec: spec, site: site, platform: .blue
      ).variables
    }
    #expect(names.allSatisfy { variables("one")[$0] == nil }, "leapfrog alone needs it")
    #expect(variables("one", listed: names)[names[0]] == "canary")
    #expect(variables("one", listed: names)[names[1]] == nil, "it is another site's")
    #expect(names.allSatisfy { variables(nil, listed: names)[$0] == nil })
  }
}
