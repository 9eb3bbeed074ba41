import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct StageTests {
  private let first: Tree = [
    "index.php": "<?php one", "bin/run": .executable("#!/bin/sh"), "lib/a.php": "a",
    "lib/a-b.php": "a-b", "lib/a/b.php": "b", "current": .link("lib/a"), "empty": "",
  ]

  @Test func writesAWholeTree() throws {
    let pair = try PairOnDisk()
    let result = try pair.stage(first)
    #expect(try pair.contents() == first.files)
    #expect(result.staged.written == first.files.count)
    #expect(result.drift.isEmpty)
    let header = try #require(try pair.header())
    #expect(header.state == .ready)
    #expect(header.commit == first.commit)
    #expect(header.ref == "main")
  }

  @Test func blobsAreAskedForOnce() throws {
    let pair = try PairOnDisk()
    let tree: Tree = ["a": "same", "b/c": "same", "d": .executable("same"), "e": .link("same")]
    #expect(try pair.stage(tree).sent == 1)
    #expect(try pair.contents() == tree.files)
  }

  @Test func writesADifference() throws {
    let pair = try PairOnDisk()
    try pair.stage(first)
    var next = first
    next.files["index.php"] = "<?php two"
    next.files["lib/a/b.php"] = nil
    next.files["new/deep/file"] = "new"
    let before = FileStatus(pair.path("lib/a.php"))
    let result = try pair.stage(next, base: first)
    #expect(result.sent == 2)
    #expect(result.staged.removed == 1)
    #expect(result.staged.kept == next.files.count - 2)
    #expect(try pair.contents() == next.files)
    #expect(!Files.exists(pair.path("lib/a")))
    #expect(FileStatus(pair.path("lib/a.php")) == before)
    #expect(try pair.setAside().isEmpty)
  }

  @Test func aDifferenceToAnotherCommitIsRefusedUntouched() throws {
    let pair = try PairOnDisk()
    try pair.stage(first)
    let other: Tree = ["x": "x"]
    let needs = try pair.stage(of: other).begin(
      entries: other.entries(since: first), base: other.commit)
    #expect(needs.wantsWholeTree)
    #expect(try pair.contents() == first.files)
    #expect(try pair.header()?.state == .ready)
  }

  @Test func aDifferenceThatDoesNotFitWantsTheWholeTree() throws {
    let pair = try PairOnDisk()
    try pair.stage(first)
    let gone = [TreeEntry(path: "never/there", mode: nil, id: .zero)]
    let below = [TreeEntry(path: "index.php/below", mode: .file, id: first.commit)]
    for entries in [gone, below] {
      let needs = try pair.stage(of: first).begin(entries: entries, base: first.commit)
      #expect(needs.wantsWholeTree)
    }
    #expect(try pair.contents() == first.files)
  }

  @Test func renamesNeedNoTransfer() throws {
    let pair = try PairOnDisk()
    let tree: Tree = ["a": "one", "b": "two", "c/d": "three", "e": .link("a")]
    let swapped: Tree = ["a": "two", "b": "one", "c": "three", "f/e": .link("a")]
    try pair.stage(tree)
    #expect(try pair.stage(swapped, base: tree).sent == 0)
    #expect(try pair.contents() == swapped.files)
    #expect(try pair.setAside().isEmpty)
    #expect(!Files.exists("\(pair.layout.own)/blue.stash"))
  }

  @Test func theOtherPlatformIsASource() throws {
    let pair = try PairOnDisk()
    try pair.stage(first)
    #expect(try pair.stage(first, on: .green).sent == 0)
    #expect(try pair.contents(of: .green) == first.files)
    #expect(try pair.contents() == first.files)
  }

  @Test func anEditedSourceIsNotTrusted() throws {
    let pair = try PairOnDisk()
    try pair.stage(first)
    try pair.write("<?php hacked", "index.php")
    let result = try pair.stage(first, on: .green)
    #expect(result.sent == 1)
    #expect(try pair.contents(of: .green) == first.files)
  }

  @Test func filesBecomeDirectoriesAndLinksAndBack() throws {
    let pair = try PairOnDisk()
    let trees: [Tree] = [
      ["a": "file", "b/c": "below", "b/d/e": "deep", "f": "f"],
      ["a/x/y": "below", "b": "file", "f": .link("b")],
      ["a": .link("b"), "b/c": .executable("below"), "f": "b"],
      ["a": .executable("file"), "b/c": .link("../a"), "f/f/f": "f"],
    ]
    for platform in PlatformName.allCases {
      var base: Tree?
      for tree in trees + trees.reversed() {
        let drift = try pair.stage(tree, on: platform, base: base).drift
        #expect(drift.isEmpty)
        #expect(try pair.contents(of: platform) == tree.files)
        base = tree
      }
    }
    #expect(try pair.setAside().isEmpty)
  }

  @Test func theUmaskDecidesNothing() throws {
    let pair = try PairOnDisk()
    let first = self.first
    try withUmask(0o777) { try pair.stage(first) }
    #expect(try pair.contents() == first.files)
    #expect(FileStatus(pair.path("lib/a"))?.mode == 0o755)
  }

  @Test func aSecondStageOfTheSameCommitChangesNothing() throws {
    let pair = try PairOnDisk()
    try pair.stage(first)
    let before = try Files.read(pair.layout.manifest(.blue))
    let result = try pair.stage(first, base: first)
    #expect(result.staged.written == 0 && result.staged.kept == first.files.count)
    #expect(try Files.read(pair.layout.manifest(.blue)) == before)
  }

  // MARK: Hostile senders

  @Test func wrongBytesAreRefused() throws {
    let pair = try PairOnDisk()
    let stage = pair.stage(of: first)
    let needs = try stage.begin(entries: first.entries(), base: nil)
    let id = try #require(needs.blobs.first)
    #expect(throws: Failure.self) {
      try Array("wrong".utf8).withUnsafeBytes { try stage.receive(id, $0) }
    }
    #expect(throws: Failure.self) { try stage.finish() }
    #expect(try pair.header()?.state == .incomplete)
  }

  @Test func unaskedAndMissingBlobsAreRefused() throws {
    let pair = try PairOnDisk()
    let stage = pair.stage(of: first)
    #expect(throws: Failure.self) { try stage.finish() }
    let needs = try stage.begin(entries: first.entries(), base: nil)
    for id in needs.blobs.dropLast() { try stage.receive(id, first) }
    #expect(throws: Failure.self) {
      try stage.receive(first.commit, UnsafeRawBufferPointer(start: nil, count: 0))
    }
    #expect(throws: Failure.self) { try stage.finish() }
    try stage.receive(try #require(needs.blobs.last), first)
    _ = try stage.finish()
    #expect(try pair.contents() == first.files)
  }

  @Test(arguments: ["/etc/passwd", "../../x", "lib/../../x", "self/../..", "", "a/b/../../../x"])
  func linksThatLeadOutAreRefused(target: String) throws {
    let pair = try PairOnDisk()
    let tree: Tree = [
      "deep/er/self": .link("."), "deep/self": .link("er/self"), "x": .link(target),
    ]
    var hostile = tree
    if target == "self/../.." { hostile.files["x"] = nil }
    if target == "self/../.." { hostile.files["deep/x"] = .link(target) }
    #expect(throws: Failure.self) { try pair.stage(hostile) }
    #expect(!Files.exists(pair.path("x")))
  }

  @Test(arguments: ["../x", "/x", "a//b", "a/./b", ".git/config", "sub/.GIT/hooks", "a/"])
  func pathsThatNoTreeMayHaveAreRefused(path: String) throws {
    let pair = try PairOnDisk()
    let entries = [TreeEntry(path: path, mode: .file, id: first.commit)]
    #expect(throws: Failure.self) { try pair.stage(of: first).begin(entries: entries, base: nil) }
    #expect(try pair.contents().isEmpty)
    #expect(try pair.header() == nil)
  }
}
