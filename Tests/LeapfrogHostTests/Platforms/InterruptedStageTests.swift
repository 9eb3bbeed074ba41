import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct InterruptedStageTests {
  private let old = Tree(
    Dictionary(
      uniqueKeysWithValues: (0..<30).map { number in
        ("dir\(number % 5)/file\(number)", Tree.File(text: "old \(number)", mode: .file))
      }))
  private var new: Tree {
    var new = old
    for number in 0..<10 {
      new.files["dir\(number % 5)/file\(number)"] = Tree.File(text: "new \(number)", mode: .file)
    }
    for number in 10..<15 { new.files["dir\(number % 5)/file\(number)"] = nil }
    for number in 15..<20 { new.files["dir\(number % 5)/file\(number)"] = nil }
    for number in 15..<20 {
      new.files["moved/file\(number)"] = Tree.File(text: "old \(number)", mode: .file)
    }
    return new
  }

  /// Leaves a stage after so many blobs.
  private func abandon(_ tree: Tree, after count: Int, on pair: PairOnDisk) throws {
    let stage = pair.stage(of: tree)
    let needs = try stage.begin(entries: tree.entries(), base: nil)
    for id in needs.blobs.prefix(count) { try stage.receive(id, tree) }
  }

  @Test(arguments: [0, 1, 5, 10])
  func theSameStageGoesOn(after count: Int) throws {
    let pair = try PairOnDisk()
    try pair.stage(old)
    try abandon(new, after: count, on: pair)
    #expect(try pair.header()?.state == .incomplete)
    #expect(try pair.header()?.commit == new.commit)
    let result = try pair.stage(new, base: old)
    #expect(result.sent == 10 - count)
    #expect(result.drift.isEmpty)
    #expect(try pair.contents() == new.files)
    #expect(try pair.setAside().isEmpty)
    #expect(try Files.names(in: pair.layout.own).contains("blue.manifest.before") == false)
  }

  @Test func anotherStageTakesItsPlace() throws {
    let pair = try PairOnDisk()
    try pair.stage(old)
    try abandon(new, after: 5, on: pair)
    #expect(try pair.stage(old).drift.isEmpty)
    #expect(try pair.contents() == old.files)
    #expect(try pair.setAside().isEmpty)
  }

  @Test func aThirdStageKnowsWhatTheFirstTwoWrote() throws {
    let pair = try PairOnDisk()
    var third = new
    third.files["dir0"] = nil
    for path in third.files.keys where path.hasPrefix("dir0/") { third.files[path] = nil }
    third.files["dir0"] = "a file now"
    third.files["dir1/file1"] = "newer"
    try abandon(old, after: 12, on: pair)
    try abandon(new, after: 4, on: pair)
    try abandon(third, after: 1, on: pair)
    #expect(try pair.stage(third).drift.isEmpty)
    #expect(try pair.contents() == third.files)
    #expect(try pair.setAside().isEmpty)
  }

  @Test func aDifferenceIsNotTakenOnAnIncompletePlatform() throws {
    let pair = try PairOnDisk()
    try pair.stage(old)
    try abandon(new, after: 5, on: pair)
    for base in [old, new] {
      let needs = try pair.stage(of: new).begin(
        entries: new.entries(since: base), base: base.commit)
      #expect(needs.wantsWholeTree)
    }
  }

  @Test func theFirstStageGoesOn() throws {
    let pair = try PairOnDisk()
    try abandon(old, after: 12, on: pair)
    try pair.write("", "dir3/file3")
    let result = try pair.stage(old)
    #expect(result.sent == 18)
    #expect(result.drift.isEmpty)
    #expect(try pair.contents() == old.files)
    #expect(try pair.setAside().isEmpty)
  }

  @Test func anEditInBetweenIsKept() throws {
    let pair = try PairOnDisk()
    try pair.stage(old)
    try abandon(new, after: 5, on: pair)
    try pair.write("edited", "dir0/file25")
    try pair.write("stray", "dir0/stray")
    let result = try pair.stage(new)
    #expect(result.drift == Drift(modified: ["dir0/file25"], strays: ["dir0/stray"]))
    #expect(try pair.setAside() == ["dir0/file25": "edited", "dir0/stray": "stray"])
    #expect(try pair.contents() == new.files)
  }

  @Test func directoriesThatAreTooNarrowAreOpened() throws {
    let pair = try PairOnDisk()
    try pair.stage(old)
    chmod(pair.path("dir1"), 0o700)
    try pair.stage(new, base: old)
    #expect(FileStatus(pair.path("dir1"))?.mode == 0o755)
  }
}
