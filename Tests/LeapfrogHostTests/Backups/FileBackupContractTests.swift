import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What every way to back up files does, run against each real one.
@Suite(.serialized) struct FileBackupContractTests {
  private static let files = """
    mkdir -p uploads/2024 empty readonly; printf one > uploads/2024/one; printf two > two
    printf ro > readonly/file; chmod 500 readonly; chmod 640 two; ln -s two link; ln -s . loop
    printf odd > "$(printf 'odd\\n\\377*')"; printf 2 > ./-rf; printf 3 > "$(printf '%255s' x)"
    touch -d '2001-02-03 04:05:06.123456789' two; touch -d 1965-01-01T00:00:00.5 uploads/2024/one
    truncate -s 3M sparse; mkdir swap; printf s > swap/file; mkfifo pipe; printf q > 'q?[x]'
    ln two hard; setfattr -n user.note -v 'a value' two; setfacl -m u:33:r two
    setfacl -d -m u:33:rx uploads; chown 1234:2345 two uploads; chown -h 1234 link
    """
  private static let update = """
    chmod 700 readonly; rm uploads/2024/one; printf changed > two; printf new > new
    mkdir -p made/deep; printf n > made/deep/file; rmdir empty; ln -sfn new link; chmod 777 uploads
    rm -r swap; printf file > swap; rm readonly/file; mkdir readonly/file; printf i > readonly/file/i
    printf x | dd of=sparse bs=1 seek=2000000 conv=notrunc 2>/dev/null; rm odd* 'q?[x]'
    setfattr -n user.note -v 'another' two; setfattr -n user.more -v more two; setfacl -k uploads
    """

  @Test(arguments: FileBackupFixture.all)
  func theWayBackIsByteForByte(_ fixture: FileBackupFixture) throws {
    let setting = try FileBackupSetting(fixture)
    try setting.sandbox.run(Self.files)
    setting.sandbox.waitForClock()
    let before = try setting.tree()
    let manifest = try setting.backUp()
    #expect(manifest.skipped == 1)
    try setting.sandbox.run(Self.update)
    #expect(try setting.tree() != before)
    try setting.restore(manifest)
    #expect(try setting.tree() == before)
    #expect(
      FileStatus("\(setting.sandbox.data)/two")?.inode
        == FileStatus("\(setting.sandbox.data)/hard")?.inode)
    #expect(try setting.sandbox.bytes("\(setting.sandbox.aside)/1/two") == Array("changed".utf8))
    let once = FileStatus("\(setting.sandbox.data)/two")
    try setting.restore(manifest)
    #expect(try setting.tree() == before)
    #expect(FileStatus("\(setting.sandbox.data)/two") == once)
  }

  @Test(arguments: FileBackupFixture.all)
  func theLastPassTakesWhatTheFirstMissed(_ fixture: FileBackupFixture) throws {
    let setting = try FileBackupSetting(fixture)
    try setting.sandbox.run(Self.files)
    setting.sandbox.waitForClock()
    let id = BackupStore.newID()
    try setting.firstPass(id)
    try setting.sandbox.run(Self.update)
    let before = try setting.tree()
    let manifest = try setting.finish(id)
    #expect(manifest.changesSHA256 != nil)
    try setting.store.verify(site: setting.sandbox.site, id: id, deep: true)
    try setting.sandbox.run("rm -rf ./* ./-rf")
    try setting.restore(manifest)
    try setting.sandbox.run("mkfifo pipe")
    #expect(try setting.tree() == before)
  }

  @Test(arguments: FileBackupFixture.all)
  func aFileThatIsWrittenMeanwhileIsAFaultUnlessTheSiteIsOpen(
    _ fixture: FileBackupFixture
  ) throws {
    let setting = try FileBackupSetting(fixture)
    try setting.sandbox.run("head -c 20000000 /dev/zero > log")
    let writer = try DataSandbox.start([
      "sh", "-c", "echo x >> \"$0\"; echo ready; while [ -e \"$0\" ]; do echo x >> \"$0\"; done",
      "\(setting.sandbox.data)/log",
    ])
    defer {
      kill(writer.process.processIdentifier, SIGKILL)
      writer.process.waitUntilExit()
    }
    #expect(!writer.stdout.availableData.isEmpty)
    let failure = #expect(throws: Failure.self) { try setting.backUp() }
    #expect(failure?.message.contains("log changed while it was read") == true)
    #expect(try setting.backUp(hot: true).hot)
  }

  @Test(arguments: FileBackupFixture.all)
  func whatComesAndGoesWhileTheSiteIsOpenIsNoFault(_ fixture: FileBackupFixture) throws {
    let setting = try FileBackupSetting(fixture)
    try setting.sandbox.run(
      "for i in $(seq 300); do echo $i > f$i; done; head -c 9M /dev/urandom > big")
    let writer = try DataSandbox.start([
      "sh", "-c",
      """
      cd "$0"; while [ -e big ] && [ ! -e "$1" ]; do : > big; rm -rf d f1; mkdir d; echo x > d/x; echo y > f1
      head -c 3M /dev/zero > big; done
      """, setting.sandbox.data, "\(setting.sandbox.root)/enough",
    ])
    let id = BackupStore.newID()
    do {
      // Not by a signal, which what it has started would outlive and write on.
      defer {
        try? setting.sandbox.write("", to: "../../enough")
        writer.process.waitUntilExit()
      }
      try setting.firstPass(id)
    }
    let before = try setting.tree()
    let manifest = try setting.finish(id)
    try setting.store.verify(site: setting.sandbox.site, id: id, deep: true)
    try setting.sandbox.run("rm -rf d f1 f2 big")
    try setting.restore(manifest)
    #expect(try setting.tree() == before)
  }

  @Test(arguments: FileBackupFixture.all)
  func whatIsUntouchedSinceTheBackupIsLeftAlone(_ fixture: FileBackupFixture) throws {
    let setting = try FileBackupSetting(fixture)
    try setting.sandbox.run("mkdir d; printf kept > d/kept; printf old > changed")
    setting.sandbox.waitForClock()
    let manifest = try setting.backUp()
    #expect(manifest.changesSHA256 == nil)
    let kept = FileStatus("\(setting.sandbox.data)/d/kept")
    try setting.sandbox.run("printf new > changed")
    try setting.restore(manifest)
    #expect(FileStatus("\(setting.sandbox.data)/d/kept") == kept)
    #expect(try setting.sandbox.bytes("\(setting.sandbox.data)/changed") == Array("old".utf8))
  }

  @Test(arguments: FileBackupFixture.all)
  func aSiteWithoutFilesHasABackup(_ fixture: FileBackupFixture) throws {
    let setting = try FileBackupSetting(fixture)
    setting.sandbox.waitForClock()
    let manifest = try setting.backUp()
    try setting.sandbox.run("echo x > new")
    try setting.restore(manifest)
    #expect(try Files.names(in: setting.sandbox.data).isEmpty)
  }
}
