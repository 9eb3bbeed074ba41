import Foundation
import Testing

/// Roots that a pair cannot have, and disks that are too small.
@Suite struct BadRootTests {
  private let farm: Farm

  init() throws { farm = try Farm(sites: ["one.example.com"]) }

  private func expectRefusal(
    of root: URL, naming words: String, location: SourceLocation = #_sourceLocation
  ) throws {
    try configure(root: root)
    let before = try Listing.of(farm.directory).filter { !$0.key.hasPrefix("state") }
    let sentence = try farm.refused(["init", "acme", "v1"], 2, naming: root.path)
    #expect(sentence.contains(words), "\(sentence)", sourceLocation: location)
    let after = try Listing.of(farm.directory).filter { !$0.key.hasPrefix("state") }
    #expect(Listing.differences(after, before).isEmpty, sourceLocation: location)
  }

  private func configure(root: URL) throws {
    try farm.configure()
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    try farm.write(text.replacingOccurrences(of: farm.root.path, with: root.path))
  }

  @Test func aRootIsADirectoryOfItsOwn() throws {
    let manager = FileManager.default
    try Data("x".utf8).write(to: farm.directory.appendingPathComponent("file"))
    let used = farm.directory.appendingPathComponent("used")
    try manager.createDirectory(
      at: used.appendingPathComponent("blue/x"), withIntermediateDirectories: true)
    let elsewhere = farm.directory.appendingPathComponent("elsewhere")
    try manager.createDirectory(at: elsewhere, withIntermediateDirectories: true)
    let link = farm.directory.appendingPathComponent("link")
    try manager.createSymbolicLink(at: link, withDestinationURL: elsewhere)
    try expectRefusal(of: farm.directory.appendingPathComponent("file"), naming: "directory")
    try expectRefusal(
      of: farm.directory.appendingPathComponent("file/below"), naming: "not a directory")
    try expectRefusal(of: link, naming: "symbolic link")
    try expectRefusal(of: used, naming: "in use")
  }

  @Test func aPairIsNotMadeInsideAnother() throws {
    try farm.must("init", "acme", "v1")
    let text = try String(contentsOf: farm.configuration, encoding: .utf8)
    try farm.write(text.replacingOccurrences(of: "  acme:", with: "  other:"))
    let before = try Listing.of(farm.root)
    try farm.refused(["init", "other", "v1"], 2, naming: farm.root.path, "acme")
    try farm.write(
      text.replacingOccurrences(of: "  acme:", with: "  other:")
        .replacingOccurrences(of: farm.root.path, with: farm.inRoot("sites/x").path))
    try farm.refused(["init", "other", "v1"], 2, naming: farm.root.path, "inside")
    #expect(try Listing.differences(Listing.of(farm.root), before).isEmpty)
  }

  // MARK: Full disks

  private static let isRoot = getuid() == 0

  @Test(.enabled(if: isRoot)) func aDiskThatIsFullAtTheStageLeavesTheSitesAlone() throws {
    try onSmallDisk(megabytes: 6) {
      try farm.must("init", "acme", "v1")
      let big = String(repeating: "0123456789abcdef", count: 1 << 19)
      try farm.commit("big", on: "v2", ["big.txt": big])
      let before = try farm.sql(farm.sites[0], "SELECT * FROM post")
      let sentence = try farm.refused(["upgrade", "acme", "big"], 1, naming: "green/big.txt")
      #expect(sentence.lowercased().contains("space"), "\(sentence)")
      #expect(try farm.sql(farm.sites[0], "SELECT * FROM post") == before)
      #expect(try farm.page(farm.sites[0]).contains("version 1"))
      try farm.must("upgrade", "acme", "v2")
      #expect(try farm.page(farm.sites[0]).contains("version 2"))
    }
  }

  @Test(.enabled(if: isRoot)) func aDiskThatIsTooSmallForTheBackupStopsTheSiteBeforeItIsClosed()
    throws
  {
    try onSmallDisk(megabytes: 8) {
      try farm.must("init", "acme", "v1")
      let files = farm.data(farm.sites[0]).appendingPathComponent("files")
      try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
      try Data(count: 5 << 20).write(to: files.appendingPathComponent("upload.bin"))
      let outcome = try farm.leapfrog("upgrade", "acme", "v2")
      #expect(outcome.status == 1, "\(outcome.text)")
      #expect(outcome.text.contains("MiB free"), "\(outcome.text)")
      #expect(try farm.platform(farm.sites[0]) == "blue")
      #expect(try farm.closedSites().isEmpty)
      #expect(try farm.json("history", "acme").description.contains("downtime"))
      try FileManager.default.removeItem(at: files.appendingPathComponent("upload.bin"))
      try farm.must("upgrade", "acme", "v2")
    }
  }

  private func onSmallDisk(megabytes: Int, _ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(at: farm.root, withIntermediateDirectories: true)
    let mounted = try Shell.run(
      "/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "leapfrog", farm.root.path],
      in: farm.directory)
    try #require(mounted.status == 0, "\(mounted.text)")
    defer { _ = try? Shell.run("/bin/umount", ["-l", farm.root.path], in: farm.directory) }
    try body()
  }
}
