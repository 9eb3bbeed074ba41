import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct DriftTests {
  private let tree: Tree = [
    "a": "one", "b": .executable("two"), "c/d": "three", "c/e/f": "four", "l": .link("a"),
  ]
  private var next: Tree {
    var next = tree
    next.files["g/h"] = "five"
    return next
  }

  private func staged() throws -> PairOnDisk {
    let pair = try PairOnDisk()
    try pair.stage(tree)
    return pair
  }

  @Test func everyKindIsFoundPutRightAndKept() throws {
    let pair = try staged()
    try pair.write("edited", "a")
    try pair.remove("c/e")
    try pair.write("mine", "c/notes.txt")
    try pair.write("mine too", "own/x/y")
    try pair.remove("l")
    try pair.write("no link", "l")
    let expected = Drift(
      modified: ["a", "l"], missing: ["c/e/f"], strays: ["c/notes.txt", "own"])
    #expect(try StagedPlatform(layout: pair.layout, platform: .blue).verify() == expected)
    let result = try pair.stage(next, base: tree)
    #expect(result.drift == expected)
    #expect(result.staged.drift == expected)
    #expect(try pair.contents() == next.files)
    #expect(
      try pair.setAside() == [
        "a": "edited", "l": "no link", "c/notes.txt": "mine", "own/x/y": "mine too",
      ])
  }

  @Test func anEditOfTheSameSizeIsFound() throws {
    let pair = try staged()
    try pair.write("0ne", "a")
    #expect(try pair.stage(tree, base: tree).drift.modified == ["a"])
    #expect(try pair.contents() == tree.files)
  }

  @Test func touchingIsNoDrift() throws {
    let pair = try staged()
    try pair.write("one", "a")
    chmod(pair.path("c/d"), 0o664)
    #expect(try pair.stage(tree, base: tree).drift.isEmpty)
    #expect(try pair.contents() == tree.files)
    #expect(try pair.setAside().isEmpty)
  }

  @Test func theExecutableBitIsContent() throws {
    let pair = try staged()
    chmod(pair.path("b"), 0o644)
    chmod(pair.path("a"), 0o755)
    #expect(try pair.stage(tree, base: tree).drift.modified == ["a", "b"])
    #expect(try pair.contents() == tree.files)
  }

  @Test func aDirectoryInPlaceOfAFile() throws {
    let pair = try staged()
    try pair.remove("a")
    try pair.write("inside", "a/file")
    let result = try pair.stage(next, base: tree)
    #expect(result.drift == Drift(modified: ["a"]))
    #expect(try pair.contents() == next.files)
    #expect(try pair.setAside() == ["a/file": "inside"])
  }

  @Test func aLinkInPlaceOfADirectoryIsNotFollowed() throws {
    let pair = try staged()
    try pair.write("outside", "f", on: .green)
    try pair.remove("c/e")
    symlink("../../green", pair.path("c/e"))
    symlink("../green", pair.path("g"))
    let result = try pair.stage(next, base: tree)
    #expect(result.drift.strays == ["c/e", "g"])
    #expect(try pair.contents() == next.files)
    #expect(try pair.contents(of: .green) == ["f": "outside"])
    #expect(try pair.setAside() == ["c/e": .link("../../green"), "g": .link("../green")])
  }

  @Test func aStrayWhereTheNewTreeHasAFile() throws {
    let pair = try staged()
    try pair.write("mine", "g/h")
    #expect(try pair.stage(next, base: tree).drift.strays == ["g/h"])
    #expect(try pair.contents() == next.files)
    #expect(try pair.setAside() == ["g/h": "mine"])
  }

  @Test func namesThatAreNoTextAreStrays() throws {
    let pair = try staged()
    let name: [CChar] = pair.path("c/").utf8CString.dropLast() + [-1, -2, 0]
    close(open(name, O_WRONLY | O_CREAT, 0o644))
    mkfifo(pair.path("pipe"), 0o644)
    try pair.write("x", "-rf\n")
    let result = try pair.stage(next, base: tree)
    #expect(result.drift.strays == ["-rf\n", "c/\u{FFFD}\u{FFFD}", "pipe"])
    #expect(try pair.contents() == next.files)
    #expect(try pair.setAside().count == 3)
  }

  @Test func aPipeInPlaceOfAFileDoesNotBlock() throws {
    let pair = try staged()
    try pair.remove("a")
    mkfifo(pair.path("a"), 0o644)
    #expect(try pair.stage(next, base: tree).drift == Drift(modified: ["a"]))
    #expect(try pair.contents() == next.files)
  }

  @Test func emptyDirectoriesAreNoDrift() throws {
    let pair = try staged()
    mkdir(pair.path("c/void"), 0o755)
    #expect(try pair.stage(next, base: tree).drift.isEmpty)
    #expect(!Files.exists(pair.path("c/void")))
    #expect(try pair.setAside().isEmpty)
  }

  @Test func linksOfSitesAreNotJudged() throws {
    let pair = try staged()
    symlink("../sites/x", pair.path("local"))
    try pair.write("", "conf/keep/x")
    try pair.remove("conf/keep/x")
    symlink("../../../sites/x", pair.path("conf/keep/x"))
    let platform = StagedPlatform(layout: pair.layout, platform: .blue)
    #expect(try platform.verify(ignoring: ["local", "conf/keep/x", "conf/none"]).isEmpty)
    #expect(try platform.verify().strays == ["conf", "local"])
  }

  @Test func afterTheMachineWentDownEverythingIsRead() throws {
    let pair = try staged()
    let store = ManifestStore(layout: pair.layout, platform: .blue)
    let platform = StagedPlatform(layout: pair.layout, platform: .blue)
    try pair.write("0ne", "a")
    var manifest = try #require(try store.load().manifest)
    manifest.files[0].stamp = try #require(FileStatus(pair.path("a")).map { Found($0).stamp })
    try store.writeComplete(manifest)
    #expect(try platform.verify().isEmpty)
    manifest.header.boot = "another"
    try store.writeComplete(manifest)
    #expect(try platform.verify().modified == ["a"])
    try pair.write("one", "a")
    #expect(try platform.verify().isEmpty)
    #expect(try pair.header()?.boot == Boot.id)
  }
}
