import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// The way back of a site's files.
@Suite struct FileRestoreTests {
  let sandbox: DataSandbox

  init() throws {
    sandbox = try DataSandbox()
    try sandbox.run(
      """
      mkdir -p uploads/2024 empty readonly; printf one > uploads/2024/one; printf two > two
      printf ro > readonly/file; chmod 500 readonly; chmod 640 two; ln -s two link
      printf odd > "$(printf 'odd\\n\\377')"; touch -d 2001-02-03T04:05:06.789 two
      truncate -s 3M sparse; mkdir swap; printf s > swap/file
      """)
    if geteuid() == 0 { try sandbox.run("chown 1234:2345 two uploads; chown -h 1234 link") }
  }

  private static let update = """
    chmod 700 readonly; rm uploads/2024/one; printf changed > two; printf new > new
    mkdir -p made/deep; printf n > made/deep/file; rmdir empty; ln -sfn new link; chmod 777 uploads
    rm -r swap; printf file > swap; rm readonly/file; mkdir readonly/file; printf i > readonly/file/i
    printf x | dd of=sparse bs=1 seek=2000000 conv=notrunc 2>/dev/null; rm odd*; mkfifo pipe
    """

  @Test func theTreeIsAsItWas() throws {
    sandbox.waitForClock()
    let before = try sandbox.tree(sandbox.data)
    let manifest = try sandbox.backUp()
    try sandbox.run(Self.update + "\nrm pipe")
    #expect(try sandbox.tree(sandbox.data) != before)
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.tree(sandbox.data) == before)
  }

  @Test func filesTooYoungToTellByTimeComeBackToo() throws {
    let before = try sandbox.tree(sandbox.data)
    let manifest = try sandbox.backUp()
    try sandbox.run("printf TWO > two; touch -d 2001-02-03T04:05:06.789 two")
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.tree(sandbox.data) == before)
  }

  @Test func nothingThatWasInTheWayIsLost() throws {
    let manifest = try sandbox.backUp()
    try sandbox.run(Self.update)
    try sandbox.restoreFiles(manifest)
    let aside = "\(sandbox.aside)/1"
    #expect(try sandbox.bytes("\(aside)/two") == Array("changed".utf8))
    #expect(try sandbox.bytes("\(aside)/new") == Array("new".utf8))
    #expect(try sandbox.bytes("\(aside)/made/deep/file") == Array("n".utf8))
    #expect(try sandbox.bytes("\(aside)/swap") == Array("file".utf8))
    #expect(try sandbox.bytes("\(aside)/readonly/file/i") == Array("i".utf8))
    #expect(Files.target(ofLink: "\(aside)/link") == "new")
    #expect(FileStatus("\(sandbox.data)/pipe")?.kind == .other)
  }

  @Test func whatIsUntouchedIsLeftAlone() throws {
    sandbox.waitForClock()
    let manifest = try sandbox.backUp()
    let before = FileStatus("\(sandbox.data)/two")
    try sandbox.write("new", to: "new")
    try sandbox.restoreFiles(manifest)
    #expect(FileStatus("\(sandbox.data)/two") == before)
  }

  @Test func doingItAgainChangesNothing() throws {
    let manifest = try sandbox.backUp()
    try sandbox.run(Self.update)
    try sandbox.restoreFiles(manifest)
    let (once, inode) = (try sandbox.tree(sandbox.data), FileStatus("\(sandbox.data)/two"))
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.tree(sandbox.data) == once)
    #expect(FileStatus("\(sandbox.data)/two") == inode)
    #expect(try Files.names(in: sandbox.aside) == ["1"])
  }

  @Test func whatAnInterruptedRestoreLeftDoesNotStay() throws {
    let before = try sandbox.tree(sandbox.data)
    let manifest = try sandbox.backUp()
    try sandbox.run("rm two; printf half > .leapfrog-restoring")
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.tree(sandbox.data) == before)
  }

  @Test func aDamagedCopyIsRefusedByName() throws {
    let manifest = try sandbox.backUp()
    let copy = "\(sandbox.layout.backup(manifest.id, of: sandbox.site))/files/two"
    try Data("TWO".utf8).write(to: URL(fileURLWithPath: copy))
    try sandbox.run("rm two")
    let failure = #expect(throws: Failure.self) { try sandbox.restoreFiles(manifest) }
    #expect(failure?.message.contains("files/two is damaged") == true)
    #expect(!Files.exists("\(sandbox.data)/two"))
    #expect(!Files.exists("\(sandbox.data)/.leapfrog-restoring"))
  }

  @Test func aLinkInThePathLeadsNobodyOut() throws {
    let outside = "\(sandbox.root)/outside"
    try Files.makeDirectories("\(outside)/2024")
    let manifest = try sandbox.backUp()
    try sandbox.run("rm -r uploads; ln -s ../../outside uploads")
    try sandbox.restoreFiles(manifest)
    #expect(try Files.names(in: "\(outside)/2024").isEmpty)
    #expect(try sandbox.bytes("\(sandbox.data)/uploads/2024/one") == Array("one".utf8))
  }

  @Test func whatIsInTheWayCrossesFileSystems() throws {
    guard try sandbox.mountSmallDisk(at: sandbox.aside) else { return }
    defer { sandbox.unmount(sandbox.aside) }
    let before = try sandbox.tree(sandbox.data)
    let manifest = try sandbox.backUp()
    try sandbox.run("printf changed > two; printf new > new; ln -sfn new link")
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.tree(sandbox.data) == before)
    #expect(try sandbox.bytes("\(sandbox.aside)/1/two") == Array("changed".utf8))
    #expect(Files.target(ofLink: "\(sandbox.aside)/1/link") == "new")
  }

  @Test func theDatabaseIsLeftAlone() throws {
    let path = "\(sandbox.data)/site.sqlite"
    try sandbox.sql("CREATE TABLE t(a)", in: path)
    let manifest = try sandbox.backUp(database: "site.sqlite")
    try sandbox.sql("INSERT INTO t VALUES(1)", in: path)
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.sql("SELECT count(*) FROM t", in: path) == "1")
  }
}
