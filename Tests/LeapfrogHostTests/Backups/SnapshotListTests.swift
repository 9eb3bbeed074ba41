import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct SnapshotListTests {
  @Test func aListIsReadAsItWasWritten() throws {
    let list = SnapshotList([record([0x62, 0xFF, 0x0A, 0x20]), record([0x61]), record([])])
    #expect(try SnapshotList(encoded: list.encoded, name: "list") == list)
    #expect(list.records.map(\.path.bytes) == [[], [0x61], [0x62, 0xFF, 0x0A, 0x20]])
  }

  private func record(_ path: [UInt8]) -> SnapshotRecord {
    var info = stat()
    info.st_mode = S_IFREG | 0o4755
    info.st_size = 12
    info.st_mtim.tv_sec = -5
    info.st_ino = .max
    return SnapshotRecord(
      TreePath(bytes: path), path.isEmpty ? .directory : .file, FileStatus(info),
      digest: path.isEmpty ? nil : FileDigest(of: path))
  }

  @Test(arguments: [
    "", "\0", "leapfrog files 1", "leapfrog files 2\0", "leapfrog files 1\0x\0",
    "leapfrog files 1\0d 1 1 1 1 1 1 1 - ../a\0", "leapfrog files 1\0d 1 1 1 1 1 1 1 - /a\0",
    "leapfrog files 1\0d 1 1 1 1 1 1 1 - a//b\0", "leapfrog files 1\0d 1 1 1 1 1 1 1 - a",
    "leapfrog files 1\0d 1 1 1 1 1 1 1 - b\0d 1 1 1 1 1 1 1 - a\0",
    "leapfrog files 1\0d 1 1 1 1 1 1 1 - a\0d 1 1 1 1 1 1 1 - a\0",
    "leapfrog files 1\0f 1 1 1 -1 1 1 1 \(String(repeating: "a", count: 64)) a\0",
    "leapfrog files 1\0f 1 1 1 99999999999999999999 1 1 1 - a\0",
    "leapfrog files 1\0f 1 1 1 1 1 1 1 - a\0", "leapfrog files 1\0f 99999999999 1 1 1 1 1 1 - a\0",
  ])
  func anythingElseIsRefused(_ text: String) {
    #expect(throws: Failure.self) { try SnapshotList(encoded: Array(text.utf8), name: "list") }
  }

  @Test func pathsSortByTheirBytesAndShowOnOneLine() {
    #expect(TreePath("a") < TreePath("a/b"))
    #expect(TreePath("a\nb").description == "a\\nb")
    #expect(!TreePath("a/../b").isProper && !TreePath("/a").isProper && TreePath.root.isProper)
  }
}
