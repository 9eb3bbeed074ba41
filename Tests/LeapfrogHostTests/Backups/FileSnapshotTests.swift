import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What a backup of a site's files holds, whatever the files are.
@Suite struct FileSnapshotTests {
  let sandbox: DataSandbox

  init() throws { sandbox = try DataSandbox() }

  private func files(of manifest: BackupManifest) -> String {
    "\(sandbox.layout.backup(manifest.id, of: sandbox.site))/files"
  }

  @Test func aBackupHoldsTheFiles() throws {
    try sandbox.write("one", to: "a/b/one.txt")
    try sandbox.write("", to: "empty")
    symlink("a/b", "\(sandbox.data)/link")
    let manifest = try sandbox.backUp()
    #expect(try sandbox.bytes("\(files(of: manifest))/a/b/one.txt") == Array("one".utf8))
    #expect(Files.target(ofLink: "\(files(of: manifest))/link") == "a/b")
    #expect(manifest.files == 3 && manifest.fileBytes == 3 && manifest.skipped == 0)
    try sandbox.store.verify(site: sandbox.site, id: manifest.id, deep: true)
  }

  @Test func aBackupIsPrivate() throws {
    try sandbox.write("secret", to: "settings.ini")
    chmod("\(sandbox.data)/settings.ini", 0o4755)
    let manifest = try sandbox.backUp()
    let place = sandbox.layout.backup(manifest.id, of: sandbox.site)
    #expect(FileStatus(place)?.mode == 0o700)
    #expect(FileStatus("\(place)/files/settings.ini")?.mode == 0o600)
    #expect(FileStatus("\(place)/manifest.json")?.mode == 0o600)
    #expect(FileStatus("\(place)/files.list")?.mode == 0o600)
  }

  @Test func theSecondBackupSharesWithTheFirstAndNeverWithLiveFiles() throws {
    try sandbox.write("kept", to: "kept")
    try sandbox.write("old", to: "changed")
    sandbox.waitForClock()
    let first = try sandbox.backUp()
    try sandbox.write("new", to: "changed")
    let second = try sandbox.backUp()
    let (one, two) = (files(of: first), files(of: second))
    #expect(inode("\(one)/kept") == inode("\(two)/kept"))
    #expect(inode("\(one)/kept") != inode("\(sandbox.data)/kept"))
    #expect(try sandbox.bytes("\(one)/changed") == Array("old".utf8))
    #expect(try sandbox.bytes("\(two)/changed") == Array("new".utf8))
  }

  private func inode(_ path: String) -> UInt64? { FileStatus(path)?.inode }

  @Test func writingInPlaceDoesNotReachTheBackup() throws {
    try sandbox.write("before", to: "log")
    sandbox.waitForClock()
    let manifest = try sandbox.backUp()
    let handle = try #require(FileHandle(forWritingAtPath: "\(sandbox.data)/log"))
    try handle.write(contentsOf: Data("AFTER!".utf8))
    try handle.close()
    #expect(try sandbox.bytes("\(files(of: manifest))/log") == Array("before".utf8))
    try sandbox.store.verify(site: sandbox.site, id: manifest.id, deep: true)
  }

  @Test func aChangeOfTheSameSizeAndTimeIsSeen() throws {
    try sandbox.write("aaa", to: "file")
    try sandbox.run("touch -d 2020-01-01 file")
    sandbox.waitForClock()
    _ = try sandbox.backUp()
    try sandbox.run("printf bbb > file; touch -d 2020-01-01 file")
    let manifest = try sandbox.backUp()
    #expect(try sandbox.bytes("\(files(of: manifest))/file") == Array("bbb".utf8))
  }

  @Test func theLastPassTakesWhatTheFirstMissed() throws {
    for name in ["kept", "changed", "removed", "swapped"] { try sandbox.write(name, to: name) }
    try sandbox.write("x", to: "gone/deep/file")
    sandbox.waitForClock()
    let id = BackupStore.newID()
    try sandbox.firstPass(id)
    let first = "\(sandbox.layout.backup(id, of: sandbox.site))/files"
    let shared = inode("\(first)/kept")
    try sandbox.run(
      "echo more >> changed; rm -r removed gone swapped; mkdir swapped; echo new > swapped/new")
    let manifest = try sandbox.finish(id)
    #expect(inode("\(first)/kept") == shared)
    let (live, copy) = (try sandbox.names(sandbox.data), try sandbox.names(files(of: manifest)))
    #expect(live == copy)
    try sandbox.store.verify(site: sandbox.site, id: id, deep: true)
  }

  @Test func aFileThatIsWrittenMeanwhileIsAFaultUnlessTheSiteIsOpen() throws {
    try sandbox.run("head -c 20000000 /dev/zero > log")
    let writer = try DataSandbox.start([
      "sh", "-c", "echo x >> \"$0\"; echo ready; while [ -e \"$0\" ]; do echo x >> \"$0\"; done",
      "\(sandbox.data)/log",
    ])
    defer {
      kill(writer.process.processIdentifier, SIGKILL)
      writer.process.waitUntilExit()
    }
    #expect(!writer.stdout.availableData.isEmpty)
    let failure = #expect(throws: Failure.self) { try sandbox.backUp() }
    #expect(failure?.message.contains("log changed while it was read") == true)
    let manifest = try sandbox.backUp(hot: true)
    #expect(manifest.hot)
    try sandbox.store.verify(site: sandbox.site, id: manifest.id, deep: true)
  }

  @Test func oddNamesAreNamesLikeOthers() throws {
    try sandbox.run(
      """
      printf 1 > "$(printf 'new\\nline')"; printf 2 > ./-rf; printf 3 > "$(printf 'bad\\377utf8')"
      printf 4 > "$(printf '%255s' x)"; printf 5 > '*'; printf 6 > ' a b '
      """)
    let manifest = try sandbox.backUp()
    #expect(manifest.files == 6)
    #expect(try sandbox.names(files(of: manifest)) == sandbox.names(sandbox.data))
    try sandbox.store.verify(site: sandbox.site, id: manifest.id, deep: true)
  }

  @Test func specialFilesAreSkippedAndCounted() throws {
    try sandbox.write("x", to: "file")
    mkfifo("\(sandbox.data)/fifo", 0o600)
    try sandbox.makeSocket("socket")
    let manifest = try sandbox.backUp()
    #expect(manifest.skipped == 2 && manifest.files == 1)
    #expect(try sandbox.names(files(of: manifest)) == ["file"])
  }

  @Test func linksAreNotFollowed() throws {
    symlink(".", "\(sandbox.data)/self")
    symlink("loop-b", "\(sandbox.data)/loop-a")
    symlink("loop-a", "\(sandbox.data)/loop-b")
    symlink("/etc", "\(sandbox.data)/etc")
    let manifest = try sandbox.backUp()
    #expect(manifest.files == 4)
    #expect(Files.target(ofLink: "\(files(of: manifest))/etc") == "/etc")
  }

  @Test func aSparseFileStaysSparse() throws {
    try sandbox.run(
      "truncate -s 1G sparse; printf end | dd of=sparse bs=1 seek=500000000 conv=notrunc 2>/dev/null"
    )
    let manifest = try sandbox.backUp()
    #expect(FileStatus("\(files(of: manifest))/sparse")?.size == 1 << 30)
    let used = try DataSandbox.run(["du", "-k", "\(files(of: manifest))/sparse"])
    #expect((Int(used.prefix { $0.isNumber }) ?? .max) < 1024)
    try DataSandbox.run([
      "cmp", "-i", "499000000", "-n", "2000000", "\(files(of: manifest))/sparse",
      "\(sandbox.data)/sparse",
    ])
  }

  @Test func aDeepTreeIsBackedUpBeyondTheLongestPath() throws {
    try sandbox.run(
      "name=$(printf '%0200d' 0); for i in $(seq 40); do mkdir $name; cd -P $name; done; echo x > file"
    )
    let manifest = try sandbox.backUp()
    #expect(manifest.files == 1)
    try sandbox.store.verify(site: sandbox.site, id: manifest.id, deep: true)
  }

  @Test func aTreeWithoutEndIsRefusedByName() throws {
    let tree = try DirectoryTree(sandbox.data)
    let path = TreePath(Array(repeating: "d", count: 1002).joined(separator: "/"))
    let failure = #expect(throws: Failure.self) { try tree.directory(path) }
    #expect(failure?.message.contains("more than 1000 directories deep") == true)
  }

  @Test func aFullDiskLeavesNoFinishedBackup() throws {
    guard try sandbox.mountSmallDisk(at: sandbox.layout.backups) else { return }
    defer { sandbox.unmount(sandbox.layout.backups) }
    try sandbox.run("head -c 3000000 /dev/urandom > big")
    let id = BackupStore.newID()
    let failure = #expect(throws: Failure.self) {
      try sandbox.firstPass(id)
      _ = try sandbox.finish(id)
    }
    #expect(failure?.message.contains("No space left on device") == true)
    #expect(try sandbox.store.manifest(site: sandbox.site, id: id) == nil)
  }

  @Test func theDatabaseIsNotAmongTheFiles() throws {
    try sandbox.write("x", to: "file")
    let path = "\(sandbox.data)/site.sqlite"
    try sandbox.sql("PRAGMA journal_mode=wal; CREATE TABLE t(a)", in: path)
    let holder = try sandbox.holding("INSERT INTO t VALUES(1)", in: path)
    defer { holder.killNow() }
    let manifest = try sandbox.backUp(database: "site.sqlite")
    #expect(try sandbox.names(files(of: manifest)) == ["file"])
    #expect(manifest.database?.counts == ["t": 1])
  }
}
