import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct HostileTreeTests {
  let fixture: GitFixture
  let blob: ObjectID

  init() throws {
    fixture = try GitFixture()
    blob = try fixture.blob("x")
  }

  private func refusal(_ commit: ObjectID) throws -> Failure? {
    let repository = try fixture.open()
    return failure { _ = try repository.tree(of: commit) }
  }

  @Test(arguments: [
    ".git", ".GIT", ".Git", "git~1", "GIT~1", ".git.", ".git ", ".git. .", ".git\\config",
    ".git::$INDEX_ALLOCATION", ".g\u{200C}it", ".git\u{FEFF}", "\u{200D}.git", ".", "..", "",
    "a\nb", "a/b", "../x", String(repeating: "n", count: 256),
  ])
  func aHostileNameIsRefused(name: String) throws {
    let below = try fixture.tree([("100644", name, blob)])
    for mode in ["100644", "40000"] {
      let inner = mode == "40000" ? below : blob
      let sub = try fixture.tree([(mode, name, inner)])
      let commit = try fixture.commit(tree: fixture.tree([("40000", "sub", sub)]))
      let failure = try refusal(commit)
      #expect(failure != nil)
      #expect(failure?.message.contains("\n") == false)
    }
  }

  @Test(arguments: [".gitignore", ".gitattributes", "git", "git~2", "...", "a\\b", "Icon\r", "é"])
  func anOrdinaryNameIsTaken(name: String) throws {
    let commit = try fixture.commit(tree: fixture.tree([("100644", name, blob)]))
    #expect(try fixture.open().tree(of: commit).map(\.path) == [name])
  }

  @Test func aNameThatIsNotUTF8IsRefused() throws {
    let bytes = Array("100644 caf".utf8) + [0xE9, 0] + blob.bytes
    let commit = try fixture.commit(tree: fixture.object("tree", bytes))
    let failure = try refusal(commit)
    #expect(failure?.kind == .refused)
    #expect(failure?.message.contains("'caf\u{FFFD}' is not UTF-8") == true)
  }

  @Test(arguments: [
    ["README", "readme"], ["Ä", "ä"], ["e\u{301}", "\u{E9}"], ["straße", "STRASSE"],
    ["K", "\u{212A}"],
  ])
  func namesThatCollideAreRefused(names: [String]) throws {
    let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let tree = try fixture.tree(sorted.map { ("100644", $0, blob) })
    #expect(
      try refusal(fixture.commit(tree: tree))?.message.contains("in nothing but case") == true)
  }

  @Test func aFileAndADirectoryThatCollideAreRefused() throws {
    let sub = try fixture.tree([("100644", "x", blob)])
    let same = try fixture.tree([
      ("100644", "a", blob), ("100644", "a-", blob), ("40000", "a", sub),
    ])
    let cased = try fixture.tree([("40000", "LIB", sub), ("100644", "lib", blob)])
    for tree in [same, cased] {
      #expect(try refusal(fixture.commit(tree: tree))?.kind == .refused)
    }
  }

  @Test func aNewNameThatCollidesWithAnOldOneIsRefused() throws {
    let old = try fixture.commit(["lib/readme": "1", "other": "1"])
    let new = try fixture.commit(["lib/readme": "1", "lib/README": "2", "other": "1"])
    let repository = try fixture.open()
    let failure = failure { _ = try repository.difference(from: old, to: new) }
    #expect(failure?.message.contains("'lib/readme' differs from 'README'") == true)
  }

  @Test func aTreeOutOfOrderOrWithDoublesIsRefused() throws {
    let twice = try fixture.tree([("100644", "a", blob), ("100644", "a", blob)])
    let reversed = try fixture.tree([("100644", "b", blob), ("100644", "a", blob)])
    for tree in [twice, reversed] {
      #expect(try refusal(fixture.commit(tree: tree)) != nil)
    }
  }

  @Test func aSubmoduleIsRefused() throws {
    let tree = try fixture.tree([("160000", "vendor", fixture.commit([:]))])
    let failure = try refusal(fixture.commit(tree: tree))
    #expect(failure?.kind == .refused)
    #expect(failure?.message.contains("'vendor' is a submodule") == true)
  }

  @Test func aPathThatIsTooLongIsRefused() throws {
    var tree = try fixture.tree([("100644", "x", blob)])
    for _ in 0..<17 {
      tree = try fixture.tree([("40000", String(repeating: "d", count: 250), tree)])
    }
    let failure = try refusal(fixture.commit(tree: tree))
    #expect(failure?.message.contains("longer than 4000 bytes") == true)
    #expect((failure?.message.utf8.count ?? 0) < 1000)
  }

  @Test func aTreeThatMultipliesIsRefused() throws {
    let names = (10..<60).map { "\($0)" }
    var tree = try fixture.tree(names.map { ("100644", $0, blob) })
    for _ in 0..<8 { tree = try fixture.tree(names.map { ("40000", $0, tree) }) }
    var walk = TreeWalk(try fixture.open(), most: 1000)
    var root = tree.git
    #expect(throws: PathFault.self) { try walk.addTree(&root) }
    #expect(walk.entries.count == 1000)
  }

  @Test(arguments: [
    "/etc/passwd", "..", "../..", "../../x", "d/../../..", "missing/../x", "up/../../x", "up/..",
    "../up/../x", "./../../x", "",
  ])
  func aLinkThatLeavesIsRefused(target: String) throws {
    let commit = try fixture.commit(["link": "->" + target, "up": "->d/e", "d/e/f": "1"])
    let failure = try refusal(commit)
    #expect(failure?.kind == .refused)
    #expect(failure?.message.contains("'link' is a link") == true)
  }

  @Test(arguments: [".", "d", "d/e/f", "./d//e", "d/e/..", "d/e/../../d", "nowhere", "up/f"])
  func aLinkThatStaysIsTaken(target: String) throws {
    let commit = try fixture.commit(["link": "->" + target, "up": "->d/e", "d/e/f": "1"])
    #expect(try fixture.open().tree(of: commit).count == 3)
  }

  @Test func aLinkUpFromBelowIsTakenToTheRootAndNotFurther() throws {
    #expect(try fixture.open().tree(of: fixture.commit(["a/b/link": "->../../c"])).count == 1)
    #expect(try refusal(fixture.commit(["a/b/link": "->../../../c"])) != nil)
  }

  @Test func aDirectoryThatBecomesALinkCannotLeadAnOldLinkOut() throws {
    let old = try fixture.commit(["link": "->d/e/../../x", "d/e/f": "1", "z/y": "1"])
    let new = try fixture.commit(["link": "->d/e/../../x", "d/e": "->../z", "z/y": "1"])
    let repository = try fixture.open()
    _ = try repository.tree(of: old)
    let failure = failure { _ = try repository.difference(from: old, to: new) }
    #expect(failure?.message.contains("'link' is a link out of the tree") == true)
  }
}
