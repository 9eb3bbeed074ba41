import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What a pass says that it wrote, which is all that the last pass makes last.
@Suite struct SnapshotPassTests {
  @Test func theLastPassNamesExactlyWhatItWrote() throws {
    let sandbox = try DataSandbox()
    for name in ["same", "changed", "gone", "sub/kept"] {
      try sandbox.write("before", to: name)
    }
    #expect(symlink("same", "\(sandbox.data)/link") == 0)
    sandbox.waitForClock()
    let files = "\(sandbox.data)-copy"
    try Files.makeDirectory(files)
    defer { try? sandbox.run("rm -rf '\(files)'") }
    let first = try pass(sandbox.data, files).fill(sharing: nil)
    #expect(first.records.count == 7)
    try sandbox.write("after", to: "changed")
    try sandbox.write("new", to: "fresh/file")
    try Files.remove("\(sandbox.data)/gone")
    let last = try pass(sandbox.data, files).update(first)
    #expect(Set(last.written) == Set(["changed", "fresh", "fresh/file"].map(TreePath.init)))
    #expect(last.changes.gone == [TreePath("gone")])
    try SnapshotFiles(tree: DirectoryTree(files)).sync(last.written)
    let whole = first.applying(last.changes)
    #expect(whole.count == 5)
    try SnapshotFiles(tree: DirectoryTree(files)).verify(whole.records, deep: true)
  }

  private func pass(_ data: String, _ files: String) throws -> SnapshotPass {
    try SnapshotPass(
      live: DirectoryTree(data), files: DirectoryTree(files), leftOut: [], strict: true)
  }
}
