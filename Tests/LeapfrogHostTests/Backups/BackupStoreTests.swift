import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What counts as a backup, and which are kept.
@Suite struct BackupStoreTests {
  let sandbox: DataSandbox
  private var store: BackupStore { sandbox.store }
  private var site: String { sandbox.site }

  init() throws {
    sandbox = try DataSandbox()
    try sandbox.write("one", to: "dir/one")
    try sandbox.sql("CREATE TABLE t(a)", in: "\(sandbox.data)/site.sqlite")
  }

  private func backUp(second: Int = 0) throws -> String {
    let now = Date(timeIntervalSince1970: 1_700_000_000 + Double(second))
    return try sandbox.backUp(database: "site.sqlite", now: now).id
  }

  private func place(_ id: String) -> String { sandbox.layout.backup(id, of: site) }

  @Test func aManifestIsReadAsItWasWritten() throws {
    for _ in 0..<5 {
      let manifest = try sandbox.backUp(database: "site.sqlite")
      #expect(try store.manifest(site: site, id: manifest.id) == manifest)
    }
  }

  @Test func anUnfinishedBackupCountsForNothing() throws {
    let id = BackupStore.newID()
    try sandbox.firstPass(id)
    #expect(try store.manifest(site: site, id: id) == nil)
    #expect(try store.list(site: site).isEmpty)
    let info = try store.info(site: site, id: id)
    #expect(!info.verified && info.fault?.contains("never finished") == true)
  }

  @Test func aBackupCanBeFinishedAgainAndWithoutAFirstPass() throws {
    let id = BackupStore.newID()
    let once = try sandbox.finish(id, database: "site.sqlite")
    try sandbox.write("two", to: "dir/two")
    let again = try sandbox.finish(id, database: "site.sqlite")
    #expect(once.files == 1 && again.files == 2)
    try store.verify(site: site, id: id, deep: true)
  }

  @Test func newestFirstByTheManifestNotTheName() throws {
    let (late, early) = (try backUp(second: 60), try backUp(second: 0))
    #expect(try store.list(site: site).map(\.id) == [late, early])
    #expect(try store.infos(site: site, needed: [early]).map(\.neededBy) == [nil, "a way back"])
    #expect(try store.latest(site: site)?.id == late)
  }

  @Test(arguments: [
    "truncate -s 40 manifest.json", "sed -i 's/\"files\" : 1/\"files\" : 2/' manifest.json",
    "rm files.list", "sed -i 's/dir/die/' files.list", "truncate -s -1 files.list",
    "rm files/dir/one", "truncate -s 2 files/dir/one", "rm database.sqlite",
    "truncate -s 4096 database.sqlite", "rm -r files", "ln -sf /etc/passwd files/dir/one",
  ])
  func damageIsSeenWithoutReadingEverything(_ damage: String) throws {
    let id = try backUp()
    try DataSandbox.run(["sh", "-ec", "cd \"$0\"; \(damage)", place(id)])
    #expect(throws: Failure.self) { try store.verify(site: site, id: id) }
    #expect(try store.latest(site: site) == nil)
    let info = try store.info(site: site, id: id)
    #expect(!info.verified && info.fault != nil)
  }

  @Test func aManifestOfANewerLeapfrogIsNotCalledDamaged() throws {
    let id = try backUp()
    // Its seal is of the whole manifest, with what this program would not write.
    let change =
      "sed -i 's/\"files\" : 1/\"kind\" : 7, \"files\" : 1/; s/\"seal\" : \"./\"seal\" : \"x/' manifest.json"
    try DataSandbox.run(["sh", "-ec", "cd \"$0\"; \(change)", place(id)])
    let failure = #expect(throws: Failure.self) { try store.verify(site: site, id: id) }
    #expect(failure?.message.contains("a newer leapfrog wrote it") == true)
  }

  @Test(arguments: ["files/dir/one", "database.sqlite"])
  func aFlippedBitIsSeenByADeepLook(_ file: String) throws {
    let id = try backUp()
    var bytes = try sandbox.bytes("\(place(id))/\(file)")
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: "\(place(id))/\(file)"))
    try store.verify(site: site, id: id)
    let failure = #expect(throws: Failure.self) {
      try store.verify(site: site, id: id, deep: true)
    }
    #expect(failure?.message.contains("\(file) is damaged") == true)
  }

  @Test func pruningKeepsTheNewestAndWhatIsNeeded() throws {
    let ids = try (0..<5).map { try backUp(second: $0) }
    let unfinished = BackupStore.newID()
    let underWay = BackupStore.newID()
    for id in [unfinished, underWay] { try sandbox.firstPass(id) }
    let removed = try store.prune(site: site, keep: 2, needed: [ids[0], underWay])
    #expect(Set(removed) == [ids[1], ids[2], unfinished])
    #expect(Set(try store.ids(site: site)) == [ids[0], ids[3], ids[4], underWay])
    #expect(try store.prune(site: site, keep: 2, needed: [ids[0], underWay]).isEmpty)
  }

  @Test func theLastGoodBackupStays() throws {
    let (good, damaged) = (try backUp(second: 0), try backUp(second: 1))
    try Files.remove("\(place(damaged))/files.list")
    #expect(try store.prune(site: site, keep: 0, needed: []).isEmpty)
    #expect(Set(try store.ids(site: site)) == [good, damaged])
  }

  @Test func anInterruptedRemovalIsFinished() throws {
    let ids = try (0..<2).map { try backUp(second: $0) }
    try Files.rename(place(ids[0]), to: place(ids[0]) + ".deleted")
    #expect(try store.ids(site: site) == [ids[1]])
    try store.prune(site: site, keep: 1, needed: [])
    #expect(try Files.names(in: sandbox.layout.backups(of: site)) == [ids[1]])
  }

  @Test func aSharedFileOutlivesTheBackupItCameFrom() throws {
    sandbox.waitForClock()
    let ids = try (0..<2).map { try backUp(second: $0) }
    try store.prune(site: site, keep: 1, needed: [])
    try store.verify(site: site, id: ids[1], deep: true)
  }

  @Test func namesThatArePathsAreRefused() {
    for (site, id) in [("..", "x"), ("a.example.com", "../x"), ("a.example.com", ""), ("a/b", "x")]
    {
      #expect(throws: Failure.self) { try store.manifest(site: site, id: id) }
    }
  }

  @Test func spaceIsAskedForWhatChanged() throws {
    try sandbox.run("head -c 1000000 /dev/zero > big")
    sandbox.waitForClock()
    let before = try store.spaceNeeded(site: site, data: sandbox.data, engine: nil)
    #expect((1_000_000..<1_100_000).contains(before))
    try sandbox.run("truncate -s 100G sparse")
    #expect(try store.spaceNeeded(site: site, data: sandbox.data, engine: nil) < 1_100_000)
    #expect(try Files.names(in: sandbox.root).contains(".sharing") == false)
    try sandbox.run("rm sparse")
    _ = try backUp()
    let after = try store.spaceNeeded(
      site: site, data: sandbox.data, engine: sandbox.engine("site.sqlite"))
    #expect(after < 100_000 && after >= 2 * 8192)
  }
}
