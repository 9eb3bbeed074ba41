import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct WalkTests {
  private let tree: Tree = [
    "a": "1", "b/c": "2", "b/d/e": "3", "b/d/f": "4", "b-x": "5", "b.y/z": "6", "c": "7",
    "d/e/f/g/h": "8", "d/e/f/i": "9", "d/j": "10",
  ]

  @Test func twoThreadsSeeWhatOneSees() throws {
    let pair = try PairOnDisk()
    try pair.stage(tree)
    for path in ["0", "b/0/x", "b/d/e0", "b/d/g/h", "d/e/f/g/0", "d/e/f/z", "d/k", "b.z", "z/z"] {
      try pair.write("stray", path)
    }
    try pair.remove("b/d/f")
    try pair.remove("c")
    mkdir(pair.path("d/empty"), 0o700)
    chmod(pair.path("d/e"), 0o700)
    let manifest = try #require(
      try ManifestStore(layout: pair.layout, platform: .blue).load().manifest)
    let table = try SlotTable(manifest)
    let root = pair.layout.platform(.blue)
    let one = try Walk.all(of: root, table)
    #expect(one.unexpected.count == 10)
    for middle in 1..<table.slots.count {
      let two = try Walk.inTwo(root, table, at: middle)
      #expect(two.found.map { $0?.stamp } == one.found.map { $0?.stamp })
      #expect(two.unexpected.map(\.path) == one.unexpected.map(\.path))
      #expect(two.unexpected.map(\.isEmpty) == one.unexpected.map(\.isEmpty))
      #expect(Set(two.narrow) == Set(one.narrow))
    }
  }

  @Test func theOrderIsThatOfATree() throws {
    let pair = try PairOnDisk()
    for path in ["a/x", "a-b", "a.b/x", "a0", "ab"] { try pair.write("", path) }
    let directory = try OpenDirectory(pair.layout.platform(.blue))
    let listing = try directory.list()
    let names = listing.items.map { item in listing.lend(item) { $0.text } }
    #expect(names == ["a-b", "a.b", "a", "a0", "ab"])
  }
}
