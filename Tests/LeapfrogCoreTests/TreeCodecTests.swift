import Testing

@testable import LeapfrogCore

@Suite struct TreeCodecTests {
  private let id = "0123456789abcdef0123456789abcdef01234567"

  private func decode(_ lines: [String]) throws -> [TreeEntry] {
    try TreeCodec.decode(lines.flatMap { Array($0.utf8) + [0] })
  }

  private func decode(paths: [String]) throws -> [TreeEntry] {
    try decode(paths.map { "f \(id) \($0)" })
  }

  @Test func entriesSurvive() throws {
    let id = try #require(ObjectID(id))
    let entries = [
      TreeEntry(path: "a", mode: .file, id: id), TreeEntry(path: "a-b", mode: .executable, id: id),
      TreeEntry(path: "b/new\nline", mode: .link, id: id),
      TreeEntry(path: "c", mode: nil, id: .zero),
      TreeEntry(path: "é/\u{1F438}", mode: .file, id: .zero),
    ]
    let bytes = TreeCodec.encode(entries)
    #expect(try TreeCodec.decode(bytes) == entries)
    #expect(bytes.starts(with: "f \(id) a\0x \(id) a-b\0".utf8))
    #expect(TreeCodec.encode([]).isEmpty)
    #expect(try TreeCodec.decode([UInt8]()).isEmpty)
  }

  @Test func aDeletionHasNoID() throws {
    let entry = TreeEntry(path: "a", mode: nil, id: try #require(ObjectID(id)))
    let zeros = String(repeating: "0", count: 40)
    #expect(TreeCodec.encode([entry]) == Array("d \(zeros) a\0".utf8))
  }

  @Test func manyEntriesSurvive() throws {
    let id = try #require(ObjectID(id))
    let entries = (10000..<40000).map {
      TreeEntry(path: "web/modules/m\(10000 + $0 / 20)/src/f\($0).php", mode: .file, id: id)
    }
    #expect(try TreeCodec.decode(TreeCodec.encode(entries)) == entries)
  }

  @Test(arguments: [
    "", "/a", "a/", "a//b", "./a", "a/.", "..", "a/../b", ".git", ".GIT/config", "a/.giT/b",
    String(repeating: "x", count: 256), String(repeating: "xy/", count: 1400) + "z",
  ])
  func pathsThatNoTreeMayHave(path: String) {
    #expect(throws: Failure.self) { try decode(paths: [path]) }
  }

  @Test(arguments: [
    ".gitignore", "git", "...", "..a", "a/.gitx", String(repeating: "x", count: 255),
  ])
  func pathsThatLookLikeThem(path: String) throws {
    #expect(try decode(paths: [path]).map(\.path) == [path])
  }

  @Test(arguments: [["b", "a"], ["a", "a"], ["a/b", "a"], ["a/b", "a-b"], ["é", "z"]])
  func disorderIsRefused(paths: [String]) {
    #expect(throws: Failure.self) { try decode(paths: paths) }
  }

  @Test func nothingLiesBelowAFile() throws {
    #expect(throws: Failure.self) { try decode(paths: ["a", "a-b", "a-b.c", "a/b"]) }
    #expect(throws: Failure.self) { try decode(paths: ["a/b", "a/b/c/d"]) }
    #expect(try decode(paths: ["a", "a-b/c", "ab", "b"]).count == 4)
    let zeros = String(repeating: "0", count: 40)
    #expect(try decode(["d \(zeros) a", "f \(id) a/b"]).count == 2)
    #expect(try decode(["f \(id) a", "d \(zeros) a/b"]).count == 2)
  }

  @Test func brokenLinesAreRefused() {
    let good = Array("f \(id) a".utf8)
    for line in ["f", "f \(id)", "f \(id) ", "z \(id) a", "f\t\(id) a", "f \(id.dropLast())g a"] {
      #expect(throws: Failure.self) { try decode([line]) }
    }
    #expect(throws: Failure.self) { try TreeCodec.decode(good) }
    #expect(throws: Failure.self) { try TreeCodec.decode(good + [0xFF, 0]) }
    #expect(throws: Failure.self) { try TreeCodec.decode([0]) }
  }

  @Test func anyDamageThrowsOrDecodes() throws {
    let bytes = Array("f \(id) a\0x \(id) a/b\0".utf8)
    for index in bytes.indices {
      for value in [0, 0x20, 0x2F, 0x80, 0xFF] as [UInt8] {
        var damaged = bytes
        damaged[index] = value
        _ = try? TreeCodec.decode(damaged)
        _ = try? TreeCodec.decode(Array(damaged[..<index]))
      }
    }
  }
}
