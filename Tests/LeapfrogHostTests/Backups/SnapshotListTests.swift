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

  @Test func changesAreReadAsTheyWereWritten() throws {
    let sandbox = try DataSandbox()
    let changes = SnapshotChanges(
      gone: [TreePath("a"), TreePath(bytes: [0xFF])], list: SnapshotList([record([0x62])]))
    let digest = try changes.write(to: "\(sandbox.root)/changes")
    #expect(try SnapshotChanges(reading: "\(sandbox.root)/changes", digest: digest) == changes)
  }

  @Test func changesAreAppliedToAList() {
    let list = SnapshotList(["a", "b", "b/c", "d"].map { record(Array($0.utf8)) })
    var new = record(Array("b".utf8))
    new.size = 99
    let changes = SnapshotChanges(
      gone: [TreePath("b"), TreePath("b/c")], list: SnapshotList([new, record([0x65])]))
    let after = list.applying(changes)
    #expect(after.records.map(\.path) == ["a", "b", "d", "e"].map(TreePath.init))
    #expect(after.records[1].size == 99)
  }

  private func record(_ path: [UInt8]) -> SnapshotRecord {
    var info = stat()
    info.st_mode = S_IFREG | 0o4755
    info.st_size = 12
    info.st_mtim.tv_sec = -5
    info.st_ino = .max
    return SnapshotRecord(
      TreePath(bytes: path), path.isEmpty ? .directory : .file, FileStatus(info),
      digest: path.isEmpty ? nil : FileDigest(of: path),
      extended: path.isEmpty ? [] : [ExtendedAttribute(name: [0x75, 0xFF], value: path)])
  }

  @Test func aListThatIsCutOrChangedAnywhereIsRefusedOrAnother() throws {
    let list = SnapshotList([record([]), record([0x61])])
    let bytes = list.encoded
    for length in 0..<bytes.count where length != bytes.count - record([0x61]).encodedSize {
      let isHead = length == 16
      let cut = try? SnapshotList(encoded: Array(bytes[..<length]), name: "list")
      #expect(cut == nil || isHead)
    }
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x80
      #expect((try? SnapshotList(encoded: changed, name: "list")) != list)
    }
  }

  @Test(arguments: ["../a", "/a", "a//b", ".", "a/../b", "a\0b"])
  func aPathThatLeadsElsewhereIsRefused(_ path: String) {
    let list = SnapshotList([record(Array(path.utf8))])
    #expect(throws: Failure.self) { try SnapshotList(encoded: list.encoded, name: "list") }
  }

  @Test func aListOutOfOrderIsRefused() {
    let records = [record([0x62]), record([0x61])]
    #expect(throws: Failure.self) { try SnapshotList(ordered: records, name: "list") }
    #expect(throws: Failure.self) {
      try SnapshotList(ordered: [records[0], records[0]], name: "list")
    }
  }

  @Test func pathsSortNameByNameAndShowOnOneLine() {
    let sorted = ["", "a", "a/b", "a/b/c", "a/b.c", "a-x", "a.b", "a0", "b"].map(TreePath.init)
    #expect(sorted.shuffled().sorted() == sorted)
    #expect(TreePath("a\nb").description == "a\\nb")
    #expect(!TreePath("a/../b").isProper && !TreePath("/a").isProper && TreePath.root.isProper)
  }
}
