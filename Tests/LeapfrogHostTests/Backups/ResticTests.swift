import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Backups of files in a restic repository that is somebody else's.
@Suite(.serialized) struct ResticTests {
  let setting: FileBackupSetting

  init() throws {
    setting = try FileBackupSetting(FileBackupFixture.all[1])
    try setting.sandbox.run("mkdir sub; echo one > sub/one; echo two > two")
    setting.sandbox.waitForClock()
  }

  @Test func whereNothingChangesResticIsNotAskedWhileTheSiteIsClosed() throws {
    let id = BackupStore.newID()
    try setting.firstPass(id)
    // Something that a database does beside its file.
    try setting.sandbox.run("touch sub/journal; rm sub/journal")
    try Files.rename(setting.spec.restic ?? "", to: "\(setting.sandbox.root)/away")
    let manifest = try setting.finish(id)
    #expect(manifest.files == 2 && manifest.restic?.files == 2)
    try setting.store.verify(site: setting.sandbox.site, id: id)
    #expect(throws: Failure.self) {
      try setting.store.verify(site: setting.sandbox.site, id: id, deep: true)
    }
  }

  @Test func pruningForgetsOurSnapshotsAndNoOthers() throws {
    try setting.restic(["backup", "-q", "--tag", "leapfrog", "/etc/hostname"])
    let old = try setting.backUp()
    try setting.sandbox.run("echo more > two")
    let new = try setting.backUp()
    #expect(try setting.snapshots() >= 3)
    let removed = try setting.store.prune(site: setting.sandbox.site, keep: 1, needed: [])
    #expect(removed == [old.id])
    let left = try setting.restic(["snapshots", "--json"])
    #expect(!left.contains(old.id) && left.contains(new.id) && left.contains("/etc/hostname"))
    try setting.store.verify(site: setting.sandbox.site, id: new.id, deep: true)
  }

  @Test func aRepositoryThatIsAwayKeepsTheBackupsAndNoMigrationFromEnding() throws {
    let ids = try (0..<2).map { _ in try setting.backUp().id }
    try Files.rename(setting.spec.restic ?? "", to: "\(setting.sandbox.root)/away")
    #expect(try setting.store.prune(site: setting.sandbox.site, keep: 1, needed: []).isEmpty)
    #expect(Set(try setting.store.ids(site: setting.sandbox.site)) == Set(ids))
  }

  @Test func theLockOfAKilledResticIsNoObstacle() throws {
    let ids = try (0..<2).map { _ in try setting.backUp().id }
    let holder = try DataSandbox.start([
      "restic", "-r", setting.spec.restic ?? "", "-p", setting.spec.passwordFile ?? "", "backup",
      "--stdin", "-q",
    ])
    let locks = "\(setting.spec.restic ?? "")/locks"
    for _ in 0..<600 where try Files.names(in: locks).isEmpty { usleep(50_000) }
    #expect(try !Files.names(in: locks).isEmpty)
    kill(holder.process.processIdentifier, SIGKILL)
    holder.process.waitUntilExit()
    let removed = try setting.store.prune(site: setting.sandbox.site, keep: 1, needed: [])
    #expect(removed.count == 1 && ids.contains(removed[0]))
  }

  @Test func whatIsWrongIsNamedAndNoPasswordIsTold() throws {
    let password = setting.spec.passwordFile ?? ""
    let canary = "canary-\(UInt32.random(in: 0 ... .max))"
    let attempts: [(FileBackupSpec, String)] = [
      (FileBackupSpec(restic: "/nowhere/at/all", passwordFile: password), "cannot be opened"),
      (
        FileBackupSpec(
          restic: "rest:http://user:\(canary)@127.0.0.1:1/site", passwordFile: password),
        "cannot be opened"
      ),
      (FileBackupSpec(restic: setting.spec.restic, passwordFile: "/nowhere"), "is missing"),
    ]
    for (spec, word) in attempts {
      let failure = #expect(throws: Failure.self) {
        try FileBackups.engine(for: spec).check()
      }
      #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
      #expect(failure.map { "\($0)".contains(canary) } == false)
    }
    try Files.write(Array("wrong".utf8), to: password)
    let failure = #expect(throws: Failure.self) { try setting.store.engine.check() }
    #expect(failure?.message.contains("wrong password") == true)
    chmod(password, 0o644)
    #expect(throws: Failure.self) { try setting.store.engine.check() }
  }

  @Test func anotherRepositoryIsNotTakenForTheBackups() throws {
    let manifest = try setting.backUp()
    try setting.sandbox.run("echo changed > two")
    try setting.sandbox.run("rm -r '\(setting.spec.restic ?? "")'")
    try setting.restic(["init", "-q"])
    let failure = #expect(throws: Failure.self) { try setting.restore(manifest) }
    #expect(failure?.message.contains("names another") == true)
    let without = BackupStore(layout: setting.sandbox.layout)
    #expect(throws: Failure.self) {
      try without.restoreFiles(
        manifest, to: setting.sandbox.data, aside: setting.sandbox.aside, engine: nil)
    }
    #expect(try setting.sandbox.bytes("\(setting.sandbox.data)/two") == Array("changed\n".utf8))
  }

  @Test func theDatabaseIsNotAmongTheFiles() throws {
    let path = "\(setting.sandbox.data)/site [1].sqlite"
    try setting.sandbox.sql("CREATE TABLE t(a)", in: path)
    let id = BackupStore.newID()
    let engine = SQLiteEngine(data: setting.sandbox.data, path: "site [1].sqlite")
    let manifest = try setting.store.finish(
      site: setting.sandbox.site, id: id, data: setting.sandbox.data, engine: engine, hot: false)
    #expect(manifest.files == 2 && manifest.restic?.files == 2)
    #expect(manifest.database?.counts == ["t": 0])
  }

  @Test func nothingIsNeededHere() throws {
    try setting.sandbox.run("head -c 1000000 /dev/zero > big")
    let needed = try setting.store.spaceNeeded(
      site: setting.sandbox.site, data: setting.sandbox.data, engine: nil)
    #expect(needed == 0)
  }
}
