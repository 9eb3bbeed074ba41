import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct PlatformManifestTests {
  private let tree: Tree = ["a": "one", "b": .executable("two"), "c/d": "three", "l": .link("a")]

  @Test func survivesItsFile() throws {
    let pair = try PairOnDisk()
    try pair.stage(tree)
    let manifest = try #require(
      try ManifestStore(layout: pair.layout, platform: .blue).load().manifest)
    #expect(manifest.files.map { manifest.paths.text($0.path) } == ["a", "b", "c/d", "l"])
    #expect(manifest.files.map(\.mode) == [.file, .executable, .file, .link])
    #expect(manifest.files.map(\.id) == tree.entries().map(\.id))
    #expect(manifest.files[2].stamp == FileStatus(pair.path("c/d")).map { Found($0).stamp })
  }

  @Test func everyDamageIsNoticed() throws {
    let pair = try PairOnDisk()
    try pair.stage(tree)
    let path = pair.layout.manifest(.blue)
    let bytes = try Files.read(path)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 0x80
      #expect(try ManifestCodec.decode(damaged, path: path) == nil)
      #expect(try ManifestCodec.decode(Array(bytes[..<index]), path: path) == nil)
    }
  }

  @Test func aDamagedManifestIsAnUnknownPlatform() throws {
    let pair = try PairOnDisk()
    try pair.stage(tree)
    try pair.write("stray", "stray")
    try pair.write("edited", "a")
    let path = pair.layout.manifest(.blue)
    try Files.write(try Files.read(path).dropLast(), to: path)
    #expect(throws: Failure.self) {
      try StagedPlatform(layout: pair.layout, platform: .blue).verify()
    }
    let needs = try pair.stage(of: tree).begin(entries: [], base: tree.commit)
    #expect(needs.wantsWholeTree)
    let result = try pair.stage(tree, base: tree)
    #expect(result.sent == 1)
    #expect(result.staged.kept == 3)
    #expect(try pair.contents() == tree.files)
    #expect(try pair.setAside() == ["a": "edited", "stray": "stray"])
  }

  @Test func aDamagedHeaderIsAnIncompletePlatform() throws {
    let pair = try PairOnDisk()
    #expect(try pair.header() == nil)
    for bytes in [[], Array("rubbish".utf8), Array("leapfrog platform manifest 1\n\n".utf8)] {
      try Files.write(bytes, to: pair.layout.manifest(.blue))
      #expect(try pair.header()?.state == .incomplete)
    }
    try pair.stage(tree)
    #expect(try pair.contents() == tree.files)
  }

  @Test func aNewerFormatIsLeftAlone() throws {
    let pair = try PairOnDisk()
    try pair.stage(tree)
    let newer = Array("leapfrog platform manifest 2\nwhatever\n".utf8)
    try Files.write(newer, to: pair.layout.manifest(.blue))
    #expect(throws: Failure.self) { try pair.header() }
    #expect(throws: Failure.self) { try pair.stage(tree) }
    #expect(try Files.read(pair.layout.manifest(.blue)) == newer)
    #expect(try pair.contents() == tree.files)
  }
}
