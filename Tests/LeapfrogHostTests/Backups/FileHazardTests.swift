import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Files that a file backup can trip over.
@Suite struct FileHazardTests {
  let sandbox: DataSandbox

  init() throws { sandbox = try DataSandbox() }

  private func copies(_ manifest: BackupManifest) -> String {
    "\(sandbox.layout.backup(manifest.id, of: sandbox.site))/files"
  }

  private func kilobytes(_ path: String) throws -> Int {
    Int(try DataSandbox.run(["du", "-k", path]).prefix { $0.isNumber }) ?? .max
  }

  @Test(.timeLimit(.minutes(5))) func aSparseFileOf100GBTakesNeitherTimeNorSpace() throws {
    try sandbox.run(
      """
      truncate -s 100G sparse; printf middle | dd of=sparse bs=1 seek=50000000000 conv=notrunc 2>/dev/null
      """)
    let begin = ContinuousClock.now
    let manifest = try sandbox.backUp()
    #expect(try kilobytes(copies(manifest)) < 1024)
    try sandbox.store.verify(site: sandbox.site, id: manifest.id, deep: true)
    try sandbox.run("rm sparse")
    try sandbox.restoreFiles(manifest)
    #expect(try kilobytes(sandbox.data) < 1024)
    #expect(FileStatus("\(sandbox.data)/sparse")?.size == 100 << 30)
    try sandbox.run(
      "dd if=sparse bs=1 skip=50000000000 count=6 2>/dev/null | grep -qx middle")
    #expect(ContinuousClock.now - begin < .seconds(120))
  }

  @Test func aHashFollowsFromContentsAndNotFromHoles() throws {
    try sandbox.run(
      """
      head -c 5000000 /dev/zero > full; printf x >> full; head -c 3000000 /dev/zero >> full
      truncate -s 8000001 holes; printf x | dd of=holes bs=1 seek=5000000 conv=notrunc 2>/dev/null
      cp holes other; printf y | dd of=other bs=1 seek=100 conv=notrunc 2>/dev/null
      cp holes moved; printf '\\0' | dd of=moved bs=1 seek=5000000 conv=notrunc 2>/dev/null
      printf x | dd of=moved bs=1 seek=6048576 conv=notrunc 2>/dev/null
      head -c 3000000 /dev/urandom > random
      """)
    let digests = try ["full", "holes", "other", "moved"].map { try digest($0, true) }
    #expect(digests[0] == digests[1])
    #expect(Set(digests).count == 3)
    for name in ["full", "holes", "random"] {
      let sum = try DataSandbox.run(["sha256sum", "\(sandbox.data)/\(name)"]).prefix(64)
      #expect(try digest(name, false) == String(sum))
      if name == "random" { #expect(try digest(name, true) == String(sum)) }
    }
  }

  private func digest(_ name: String, _ tellingHoles: Bool) throws -> String {
    let path = "\(sandbox.data)/\(name)"
    let file = try Descriptor(opening: path, O_RDONLY)
    return try FileContents.digest(of: file, name: path, tellingHoles: tellingHoles).hex
  }

  @Test func namesOfOneFileShareOneCopy() throws {
    try sandbox.run("head -c 1000000 /dev/urandom > a; mkdir d; ln a d/b; ln a c")
    let manifest = try sandbox.backUp()
    let inodes = ["a", "d/b", "c"].map { FileStatus("\(copies(manifest))/\($0)")?.inode }
    #expect(Set(inodes).count == 1)
    try sandbox.run("rm d/b; echo in place >> a; rm c; echo else > c")
    try sandbox.restoreFiles(manifest)
    let live = ["a", "d/b", "c"].compactMap { FileStatus("\(sandbox.data)/\($0)") }
    #expect(live.count == 3 && Set(live.map(\.inode)).count == 1 && live[0].size == 1_000_000)
  }

  @Test func aFileThatCannotBeReadIsNamedBeforeTheSiteIsClosed() throws {
    guard geteuid() == 0 else { return }
    // Even root may not read an attribute of the kernel's that is for writing alone.
    let unreadable = "/sys/bus/platform/drivers_probe"
    try sandbox.write("x", to: "file")
    #expect(mount(unreadable, "\(sandbox.data)/file", nil, UInt(MS_BIND), nil) == 0)
    defer { sandbox.unmount("\(sandbox.data)/file") }
    let failure = #expect(throws: Failure.self) { try sandbox.firstPass(BackupStore.newID()) }
    #expect(failure?.message.contains("/file: permission denied") == true, "\(failure as Any)")
  }

  @Test func aFileThatIsCutShortMeanwhileIsAFault() throws {
    try sandbox.run("head -c 100000000 /dev/urandom > file")
    let writer = try DataSandbox.start([
      "python3", "-uc",
      """
      import os, sys
      file = os.open(sys.argv[1], os.O_RDWR)
      print("ready")
      while os.path.exists(sys.argv[1]):
          os.ftruncate(file, 99999000); os.ftruncate(file, 100000000)
      """, "\(sandbox.data)/file",
    ])
    defer {
      kill(writer.process.processIdentifier, SIGKILL)
      writer.process.waitUntilExit()
    }
    #expect(!writer.stdout.availableData.isEmpty)
    let failure = #expect(throws: Failure.self) { try sandbox.backUp() }
    #expect(failure?.message.contains("file changed while it was read") == true)
  }

  @Test func aLargeTreeIsComparedInTwoHalves() throws {
    try sandbox.run(
      """
      for d in a a-b a.b b/c/d b/c.d e; do mkdir -p $d; for i in $(seq 600); do echo $i > $d/$i; done; done
      """)
    sandbox.waitForClock()
    let id = BackupStore.newID()
    try sandbox.firstPass(id)
    try sandbox.run(
      "rm a/1 e/600 b/c/d/300; rm -r a.b; echo new > a/1x; echo new > b/c/d/300/ 2>/dev/null || true"
    )
    try sandbox.run("echo changed > b/c/d/299; mkdir f; echo x > f/x; mkdir b/c/d/300; mkfifo zz")
    let manifest = try sandbox.finish(id)
    #expect(manifest.skipped == 1 && manifest.files == 6 * 600 - 3 - 600 + 2)
    try sandbox.run("rm zz")
    let before = try sandbox.tree(sandbox.data)
    #expect(try sandbox.names(copies(manifest)) == sandbox.names(sandbox.data))
    try sandbox.run("rm -r a b f; echo y > e/1")
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.tree(sandbox.data) == before)
  }

  @Test func moreDirectoriesThanMayBeOpenAreWalked() throws {
    try sandbox.run(
      "mkdir -p $(printf 'd/%.0s' $(seq 400)); echo x > $(printf 'd/%.0s' $(seq 400))x")
    let manifest = try sandbox.backUp()
    #expect(manifest.files == 1)
    try sandbox.run("rm -r d")
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.names(sandbox.data).count == 1)
  }
}
