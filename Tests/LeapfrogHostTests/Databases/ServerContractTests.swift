import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What every engine of a server does, run against each real one.
@Suite struct ServerContractTests {
  @Test(arguments: ServerFixture.all)
  func aHealthyDatabasePasses(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    try setting.engine.check()
    #expect(try setting.engine.size() >= 10_000)
    let counts = try setting.engine.counts()
    #expect(counts["page"] == 200)
    #expect(counts["child"] == 2)
    #expect(setting.engine.ownFiles.isEmpty)
  }

  @Test(arguments: ServerFixture.all)
  func theWayBackIsExact(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    let before = try setting.database.contents()
    let record = try setting.backUp()
    #expect(try setting.database.contents() == before)
    try setting.engine.verify(record, in: setting.sandbox.backup)
    #expect(FileStatus("\(setting.sandbox.backup)/\(record.file)")?.mode == 0o600)
    #expect(try Files.names(in: setting.sandbox.backup) == [record.file])
    try setting.database.damage()
    let damaged = try setting.database.contents()
    try #require(damaged != before)
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
    #expect(try setting.engine.counts() == record.counts)
    #expect(try setting.database.keepsFailedState(setting.sandbox.aside))
  }

  @Test(arguments: ServerFixture.all)
  func restoringAgainChangesNothing(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    let record = try setting.backUp()
    try setting.database.damage()
    try setting.restore(record)
    let once = try setting.database.contents()
    try setting.restore(record)
    try setting.restore(record)
    #expect(try setting.database.contents() == once)
    #expect(try setting.database.keepsFailedState(setting.sandbox.aside))
  }

  @Test(arguments: ServerFixture.all)
  func anEmptyDatabaseIsFilledAgain(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    let before = try setting.database.contents()
    let record = try setting.backUp()
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
  }

  @Test(arguments: ServerFixture.all)
  func aDamagedCopyIsRefusedAndNothingIsTouched(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    let record = try setting.backUp()
    try setting.database.damage()
    let before = try setting.database.contents()
    let path = "\(setting.sandbox.backup)/\(record.file)"
    let whole = try Files.read(path)
    var flipped = whole
    flipped[flipped.count / 2] ^= 4
    for damaged in [flipped, Array(whole.dropLast()), Array(whole.prefix(whole.count / 2)), []] {
      try Files.write(damaged, to: path)
      #expect(throws: Failure.self) {
        try setting.engine.verify(record, in: setting.sandbox.backup)
      }
      #expect(throws: Failure.self) { try setting.restore(record) }
    }
    try Files.remove(path)
    #expect(throws: Failure.self) { try setting.restore(record) }
    #expect(try setting.database.contents() == before)
  }

  /// A dump that ends after a whole statement would be put back without an error.
  @Test(arguments: ServerFixture.all)
  func aCopyThatWasCutWithAllItsRecordsIsRefused(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    var record = try setting.backUp()
    let path = "\(setting.sandbox.backup)/\(record.file)"
    try DataSandbox.run([
      "sh", "-c", "zstd -dc <\"$0\" | head -n -8 | zstd -c >\"$0.cut\" && mv \"$0.cut\" \"$0\"",
      path,
    ])
    let cut = try Files.read(path)
    (record.bytes, record.sha256) = (Int64(cut.count), FileDigest(of: cut).hex)
    let failure = #expect(throws: Failure.self) {
      try setting.engine.verify(record, in: setting.sandbox.backup)
    }
    #expect(failure?.message.contains("is cut") == true)
  }

  @Test(arguments: ServerFixture.all)
  func aMissingDatabaseIsNamed(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    let name = try #require(setting.database.spec.name)
    try setting.database.drop()
    let attempts: [() throws -> Void] = [
      setting.engine.check, { _ = try setting.engine.counts() }, { _ = try setting.backUp() },
    ]
    for attempt in attempts {
      let failure = #expect(throws: Failure.self, performing: attempt)
      #expect(failure?.message.contains(name) == true, "\(failure?.message ?? "")")
    }
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }

  /// An update that makes its database anew can die in between.
  @Test(arguments: ServerFixture.all)
  func aDatabaseThatWasDroppedComesBack(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    guard setting.database.canMakeDatabases else { return }
    let before = try setting.database.contents()
    let record = try setting.backUp()
    try setting.database.drop()
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
  }

  @Test(arguments: ServerFixture.all)
  func aWrongPasswordIsToldWithoutIt(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    let wrong = "wrong-\(UUID().uuidString)"
    let variable = "TEST_PASSWORD_\(UUID().uuidString.prefix(8))"
    TestVariable.set(variable, wrong)
    var spec = setting.database.spec
    spec.password = .environment(variable)
    let engine = Engines.engine(for: .server(spec), data: setting.sandbox.data)
    for attempt in [
      engine.check, { _ = try engine.backUp(into: setting.sandbox.backup, hot: false) },
    ] {
      let failure = #expect(throws: Failure.self, performing: attempt)
      #expect(failure?.message.contains(wrong) == false)
      #expect(failure?.message.contains(try #require(spec.user)) == true)
    }
    #expect(try Files.names(in: setting.sandbox.backup).isEmpty)
  }

  /// Of an open site whatever is written meanwhile is no fault, and the copy can be put back.
  @Test(arguments: ServerFixture.all)
  func anOpenSitesDatabaseIsBackedUpWhileItIsWrittenTo(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    try setting.database.write()
    let record = try setting.engine.backUp(into: setting.sandbox.backup, hot: true)
    let before = try setting.database.contents()
    try setting.database.damage()
    try setting.restore(record)
    #expect(try setting.database.contents() == before)
  }

  @Test(arguments: ServerFixture.all)
  func othersAreSeenAtWork(_ fixture: ServerFixture) throws {
    let setting = try ServedSetting(fixture)
    // The connection that filled it may not be gone yet.
    #expect(try eventually { try setting.engine.activity() == DatabaseActivity(busy: 0, who: "") })
  }
}
