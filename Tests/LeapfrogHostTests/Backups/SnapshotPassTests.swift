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
    let first = try pass(sandbox.data, files, known: [:])
    #expect(Set(first.written) == Set(first.list.records.map(\.path)))
    try sandbox.write("after", to: "changed")
    try sandbox.write("new", to: "fresh/file")
    try Files.remove("\(sandbox.data)/gone")
    let last = try pass(sandbox.data, files, known: first.list.byPath)
    #expect(Set(last.written) == Set(["changed", "fresh", "fresh/file"].map(TreePath.init)))
    try SnapshotFiles(tree: DirectoryTree(files)).sync(last.written)
    try SnapshotFiles(tree: DirectoryTree(files)).verify(last.list, deep: true)
  }

  private func pass(_ data: String, _ files: String, known: [TreePath: SnapshotRecord]) throws
    -> SnapshotPass.Result
  {
    try SnapshotPass(
      live: DirectoryTree(data), files: DirectoryTree(files), leftOut: [], known: known,
      previous: nil, strict: true
    ).run()
  }
}
