import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// What a change of code can mean for data, read from real repositories.
@Suite struct UpdateTests {
  private let fixture: GitFixture
  private static let drupal = [
    UpdatePattern(path: "*.install", line: #"^\s*function\s+\w+_update_\d+"#)
  ]
  private static let django = [UpdatePattern(path: "*migrations/*.py", change: .added)]

  init() throws { fixture = try GitFixture() }

  private func updates(
    _ patterns: [UpdatePattern], from: [String: String], to: [String: String]
  ) throws -> [String] {
    let old = try fixture.commit(from)
    let new = try fixture.commit(to, parent: old)
    return try fixture.open().updates(from: old, to: new, patterns: patterns)
  }

  @Test func anAddedUpdateFunctionIsFoundWithItsLine() throws {
    let old = "<?php\nfunction a_install() {\n}\n"
    let found = try updates(
      Self.drupal, from: ["m/a.install": old, "b.install": old],
      to: ["m/a.install": old + "\nfunction a_update_7001() {\r\n}\r\n", "b.install": old + "//\n"])
    #expect(found == ["m/a.install: function a_update_7001() {"])
  }

  @Test func aFunctionThatWasThereIsNoUpdate() throws {
    let old = "<?php\nfunction a_update_7001() {\n  one();\n}\n"
    let new = "<?php\n// why\nfunction a_update_7001() {\n  two();\n}\n"
    #expect(try updates(Self.drupal, from: ["a.install": old], to: ["a.install": new]) == [])
    #expect(try updates(Self.drupal, from: ["a.install": old], to: [:]) == [])
  }

  @Test func everyLineOfANewFileIsAdded() throws {
    let text = "<?php\nfunction a_update_7001() {}"
    #expect(try updates(Self.drupal, from: [:], to: ["a.install": text]).count == 1)
    let moved = try updates(Self.drupal, from: ["a.install": text], to: ["b/a.install": text])
    #expect(moved == ["b/a.install: function a_update_7001() {}"])
  }

  @Test func anAddedMigrationCountsAndAChangedOneDoesNot() throws {
    let (first, second) = ("app/migrations/0001.py", "app/migrations/0002.py")
    #expect(try updates(Self.django, from: [first: "a"], to: [first: "b"]) == [])
    #expect(try updates(Self.django, from: [first: "a"], to: [:]) == [])
    #expect(
      try updates(Self.django, from: [first: "a"], to: [first: "a", second: "b"]) == [second])
  }

  @Test func anyChangeOfAPathCounts() throws {
    let patterns = [UpdatePattern(path: "db/*")]
    #expect(try updates(patterns, from: ["db/a": "1", "x": "1"], to: ["x": "2"]) == ["db/a"])
    #expect(try updates(patterns, from: ["db/a": "a"], to: ["db/a": "#!a"]) == ["db/a"])
    #expect(try updates(patterns, from: ["db/a": "b"], to: ["db/a": "->b"]) == ["db/a"])
  }

  @Test func binaryAndHugeFilesCountByTheirPath() throws {
    let binary = try updates(Self.drupal, from: ["a.install": "a\0b"], to: ["a.install": "a\0c"])
    #expect(binary == ["a.install"])
    let huge = String(repeating: "// a line of a comment\n", count: 400_000)
    let found = try updates(
      Self.drupal, from: ["a.install": huge], to: ["a.install": huge + "//\n", "b.txt": huge])
    #expect(found == ["a.install"])
    #expect(try updates(Self.drupal, from: ["a.install": huge], to: [:]) == [])
  }

  @Test func aNameWithControlCharactersIsShownHarmless() throws {
    let found = try updates([UpdatePattern(path: "*")], from: [:], to: ["a\u{1B}[31m": "x"])
    #expect(found.count == 1 && !found[0].contains("\u{1B}"))
  }

  @Test func aReaderTellsOnlyWhatItKnows() async throws {
    let old = try fixture.commit(["a.txt": "1"])
    let new = try fixture.commit(["a.txt": "2"], parent: old)
    let gone = try #require(ObjectID(String(repeating: "a", count: 40)))
    let code = CodeReader(mirror: Mirror(repository: fixture.origin, directory: fixture.origin))
    let change = try await code.change(from: old, to: new, patterns: Self.drupal)
    #expect(change == CodeChange(from: old, to: new, updates: []))
    #expect(try await code.change(from: old, to: new, patterns: nil) == nil)
    #expect(try await code.change(from: nil, to: new, patterns: Self.drupal) == nil)
    #expect(try await code.change(from: gone, to: new, patterns: Self.drupal) == nil)
  }
}
