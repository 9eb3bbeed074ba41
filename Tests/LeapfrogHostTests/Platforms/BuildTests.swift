import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct BuildTests {
  private let tree: Tree = ["a": "one", "lock": "1", "src/x": "x", "gone": "gone"]
  private let build = Command(["make"])
  private var next: Tree {
    var next = tree
    next.files["a"] = "two"
    next.files["vendor/tracked"] = "tracked"
    return next
  }

  private func built() throws -> PairOnDisk {
    let pair = try PairOnDisk()
    try pair.stage(tree, build: build)
    #expect(try pair.header()?.state == .unbuilt)
    try pair.write("library", "vendor/lib/x")
    try pair.write("library", "vendor/tracked")
    try pair.write("compiled", "src/x.o")
    try pair.write("2", "lock")
    try pair.remove("gone")
    mkdir(pair.path("cache"), 0o755)
    try platform(pair).recordBuild(build)
    return pair
  }

  private func platform(_ pair: PairOnDisk) -> StagedPlatform {
    StagedPlatform(layout: pair.layout, platform: .blue)
  }

  @Test func whatTheBuildMadeIsNoDrift() throws {
    let pair = try built()
    #expect(try pair.header()?.state == .ready)
    #expect(try platform(pair).verify().isEmpty)
    try pair.write("later", "cache/page")
    #expect(try platform(pair).verify().isEmpty)
  }

  @Test func theNextStageReplacesIt() throws {
    let pair = try built()
    chmod(pair.path("vendor/lib"), 0o555)
    let result = try pair.stage(next, base: tree, build: build)
    #expect(result.drift.isEmpty)
    #expect(try pair.contents() == next.files)
    #expect(try pair.setAside().isEmpty)
    #expect(try pair.header()?.state == .unbuilt)
  }

  @Test func theSameStageKeepsIt() throws {
    let pair = try built()
    let before = try pair.contents()
    let result = try pair.stage(tree, base: tree, build: build)
    #expect(result.staged.written == 0)
    #expect(try pair.contents() == before)
    #expect(try pair.header()?.state == .ready)
    #expect(try platform(pair).verify().isEmpty)
  }

  @Test func anotherBuildCommandStartsAfresh() throws {
    let pair = try built()
    try pair.stage(tree, base: tree, build: Command(["other"]))
    #expect(try pair.contents() == tree.files)
    #expect(try pair.header()?.state == .unbuilt)
  }

  @Test func editsAfterTheBuildAreDrift() throws {
    let pair = try built()
    try pair.write("3", "lock")
    try pair.write("note", "src/note")
    let drift = Drift(modified: ["lock"], strays: ["src/note"])
    #expect(try platform(pair).verify() == drift)
    #expect(try pair.stage(next, base: tree, build: build).drift == drift)
    #expect(try pair.setAside() == ["lock": "3", "src/note": "note"])
    #expect(try pair.contents() == next.files)
  }

  @Test func aFailedBuildLeavesNoStrays() throws {
    let pair = try PairOnDisk()
    try pair.stage(tree, build: build)
    try pair.write("half", "vendor/half")
    try platform(pair).recordBuild(build, succeeded: false)
    #expect(try pair.header()?.state == .unbuilt)
    #expect(try pair.stage(tree, base: tree, build: build).drift.isEmpty)
    #expect(try pair.contents() == tree.files)
  }

  @Test func onlyAStagedPlatformHasABuild() throws {
    let pair = try PairOnDisk()
    #expect(throws: Failure.self) { try platform(pair).recordBuild(build) }
    _ = try pair.stage(of: tree).begin(entries: tree.entries(), base: nil)
    #expect(throws: Failure.self) { try platform(pair).recordBuild(build) }
  }

  @Test func whatWasSetAsideIsDeletedInTime() throws {
    let pair = try PairOnDisk()
    let old = ["green-20190101T000000Z-2", "20191231T000000Z-4f2a09c1", "blue-20200101T000000Z"]
    let yesterday = Stamp.text(of: time(nil) - 86400)
    let kept = ["blue-\(yesterday)", "\(yesterday)-4f2a09c1", "other"]
    for name in old + kept { try Files.makeDirectories("\(pair.layout.aside)/\(name)/sub/dir") }
    #expect(try Aside.prune(pair.layout, olderThan: 30) == old)
    #expect(try Files.names(in: pair.layout.aside) == kept.sorted())
  }
}
