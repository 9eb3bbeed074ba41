import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What every database engine does, run against each real one.
@Suite struct EngineContractTests {
  struct Setting {
    let sandbox: DataSandbox
    let engine: any DatabaseEngine
    let path: String

    init(_ fixture: EngineFixture) throws {
      sandbox = try DataSandbox()
      engine = Engines.engine(for: fixture.spec, data: sandbox.data)
      path = "\(sandbox.data)/\(fixture.file)"
      try fixture.make(sandbox, path)
    }

    func restore(_ record: DatabaseRecord) throws {
      try engine.restore(record, from: sandbox.backup, aside: sandbox.aside)
    }
  }

  @Test(arguments: EngineFixture.all)
  func aHealthyDatabasePasses(_ fixture: EngineFixture) throws {
    let setting = try Setting(fixture)
    try setting.engine.check()
    #expect(try setting.engine.size() >= 40_000)
    #expect(try setting.engine.counts() == ["pages": 200, "users": 1])
    #expect(setting.engine.ownFiles.contains(TreePath(fixture.file)))
  }

  @Test(arguments: EngineFixture.all)
  func theWayBackIsByteForByte(_ fixture: EngineFixture) throws {
    let setting = try Setting(fixture)
    let record = try setting.engine.backUp(into: setting.sandbox.backup, hot: false)
    let before = try setting.sandbox.bytes(setting.path)
    try setting.engine.verify(record, in: setting.sandbox.backup)
    try fixture.damage(setting.sandbox, setting.path)
    #expect(try setting.sandbox.bytes(setting.path) != before)
    try setting.restore(record)
    #expect(try setting.sandbox.bytes(setting.path) == before)
    #expect(record.exact)
    #expect(try setting.engine.counts() == ["pages": 200, "users": 1])
  }

  @Test(arguments: EngineFixture.all)
  func aBackupLeavesTheDatabaseAsItWas(_ fixture: EngineFixture) throws {
    let setting = try Setting(fixture)
    let before = try setting.sandbox.bytes(setting.path)
    _ = try setting.engine.backUp(into: setting.sandbox.backup, hot: false)
    _ = try setting.engine.backUp(into: setting.sandbox.backup, hot: false)
    #expect(try setting.sandbox.bytes(setting.path) == before)
    #expect(FileStatus("\(setting.sandbox.backup)/database.sqlite")?.mode == 0o600)
  }

  @Test(arguments: EngineFixture.all)
  func restoringAgainChangesNothing(_ fixture: EngineFixture) throws {
    let setting = try Setting(fixture)
    let record = try setting.engine.backUp(into: setting.sandbox.backup, hot: false)
    try fixture.damage(setting.sandbox, setting.path)
    try setting.restore(record)
    let once = FileStatus(setting.path)
    try setting.restore(record)
    #expect(FileStatus(setting.path) == once)
    #expect(try Files.names(in: setting.sandbox.aside) == ["1"])
  }

  @Test(arguments: EngineFixture.all)
  func theFailedStateIsKept(_ fixture: EngineFixture) throws {
    let setting = try Setting(fixture)
    let record = try setting.engine.backUp(into: setting.sandbox.backup, hot: false)
    try fixture.damage(setting.sandbox, setting.path)
    let failed = try setting.sandbox.bytes(setting.path)
    try setting.restore(record)
    #expect(try setting.sandbox.bytes("\(setting.sandbox.aside)/1/\(fixture.file)") == failed)
  }

  @Test(arguments: EngineFixture.all)
  func aDatabaseThatIsGoneComesBackWithItsMode(_ fixture: EngineFixture) throws {
    let setting = try Setting(fixture)
    chmod(setting.path, 0o640)
    let record = try setting.engine.backUp(into: setting.sandbox.backup, hot: false)
    let before = try setting.sandbox.bytes(setting.path)
    try FileManager.default.removeItem(atPath: Files.parent(of: setting.path))
    try setting.restore(record)
    #expect(try setting.sandbox.bytes(setting.path) == before)
    #expect(FileStatus(setting.path)?.mode == 0o640)
  }

  @Test(arguments: EngineFixture.all)
  func aDamagedCopyIsRefusedAndNothingIsTouched(_ fixture: EngineFixture) throws {
    for damage in Self.damages {
      let setting = try Setting(fixture)
      let record = try setting.engine.backUp(into: setting.sandbox.backup, hot: false)
      try damage("\(setting.sandbox.backup)/\(record.file)")
      try fixture.damage(setting.sandbox, setting.path)
      let before = try setting.sandbox.tree(setting.sandbox.data)
      #expect(throws: Failure.self) {
        try setting.engine.verify(record, in: setting.sandbox.backup)
      }
      #expect(throws: Failure.self) { try setting.restore(record) }
      #expect(try setting.sandbox.tree(setting.sandbox.data) == before)
    }
  }

  private static let damages: [@Sendable (String) throws -> Void] = [
    { _ = truncate($0, 8192) },
    { try Files.remove($0) },
    { try Files.write([], to: $0) },
    { path in
      var bytes = try Files.read(path)
      bytes[bytes.count / 2] ^= 4
      try Files.write(bytes, to: path)
    },
  ]

  @Test(arguments: EngineFixture.all)
  func aMissingDatabaseIsNamedAndNeverMade(_ fixture: EngineFixture) throws {
    let setting = try Setting(fixture)
    try FileManager.default.removeItem(atPath: setting.path)
    let attempts: [() throws -> Void] = [
      setting.engine.check, { _ = try setting.engine.size() }, { _ = try setting.engine.counts() },
      { _ = try setting.engine.backUp(into: setting.sandbox.backup, hot: false) },
    ]
    for attempt in attempts {
      let failure = #expect(throws: Failure.self, performing: attempt)
      #expect(failure?.message.contains("\(fixture.file) is missing") == true)
    }
    #expect(!Files.exists(setting.path))
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }
}
