import LeapfrogCore
import Testing

/// Which changes of code can mean an update of data, by the patterns of a profile.
@Suite struct UpdatePatternTests {
  private func update(
    _ patterns: [UpdatePattern], _ path: String, isNew: Bool = false, lines: [String]? = []
  ) -> String? {
    UpdateMatcher(patterns).update(in: path, isNew: isNew) { lines }
  }

  @Test(arguments: [
    ("*.install", "a.install", true), ("*.install", "modules/a/a.install", true),
    ("*.install", "a.install.txt", false), ("*.install", ".install", true),
    ("*migrations/*.py", "app/migrations/0001_initial.py", true),
    ("*migrations/*.py", "migrations/0001.py", true),
    ("*migrations/*.py", "migrations/deep/0001.py", true),
    ("*migrations/*.py", "migrations0001.py", false), ("*", "", true), ("*", "a/b", true),
    ("", "", true), ("", "a", false), ("a*b*c", "a/xbx/bxc", true), ("a*b*c", "a/xbx/bxcd", false),
    ("**a", "bba", true), ("wp-includes/version.php", "wp-includes/version.php", true),
    ("wp-includes/version.php", "x/wp-includes/version.php", false), ("a?c", "abc", false),
    ("[ab]", "a", false), ("größe/*", "größe/x", true),
  ])
  func starsMatchAnything(_ glob: String, _ path: String, _ matches: Bool) {
    #expect(update([UpdatePattern(path: glob)], path) == (matches ? path : nil))
  }

  /// Each star would double the work of a matcher that tries everything.
  @Test func manyStarsAreNoTrouble() {
    let glob = String(repeating: "*a", count: 200) + "b"
    #expect(update([UpdatePattern(path: glob)], String(repeating: "a", count: 4000)) == nil)
  }

  @Test func anAddedFileIsNotAChangedOne() {
    let pattern = UpdatePattern(path: "*migrations/*.py", change: .added)
    #expect(update([pattern], "migrations/1.py", isNew: true) == "migrations/1.py")
    #expect(update([pattern], "migrations/1.py") == nil)
  }

  private static let install = UpdatePattern(
    path: "*.install", line: #"^\s*function\s+\w+_update_\d+"#)

  @Test func aLineDecidesAndIsShown() {
    let lines = ["", "// function a_update_7001", " function  node_update_7016(&$sandbox) {"]
    let found = update([Self.install], "node.install", lines: lines)
    #expect(found == "node.install: function node_update_7016(&$sandbox) {")
    #expect(update([Self.install], "node.install", lines: Array(lines.dropLast())) == nil)
    #expect(update([Self.install], "node.module", lines: lines) == nil)
  }

  @Test func linesAreReadOnlyWhereTheyDecide() {
    var asked = 0
    let matcher = UpdateMatcher([Self.install, UpdatePattern(path: "*.sql")])
    func ask(_ path: String) -> String? {
      matcher.update(in: path, isNew: false) {
        asked += 1; return []
      }
    }
    #expect(ask("a.txt") == nil)
    #expect(ask("a.sql") == "a.sql")
    #expect(asked == 0)
    #expect(ask("a.install") == nil)
    #expect(asked == 1)
  }

  @Test func whatHasNoLinesCountsByItsPath() {
    #expect(update([Self.install], "a.install", lines: nil) == "a.install")
  }

  @Test(arguments: ["(", "[", "*", "(?<", "\\", "a{2,1}", "(?P<x>", "\u{0}("])
  func aPatternThatCannotBeReadCounts(_ line: String) {
    let pattern = UpdatePattern(path: "*.install", line: line)
    #expect(update([pattern], "a.install", lines: ["nothing"]) == "a.install")
    #expect(update([pattern], "a.module", lines: ["nothing"]) == nil)
  }

  @Test func aMarkThatCombinesHidesNothing() {
    let lines = ["function a_update_7001\u{301}() {"]
    #expect(update([Self.install], "a.install", lines: lines) != nil)
  }

  @Test func aLongLineIsCut() throws {
    let line = "function a_update_1() { " + String(repeating: "x ", count: 500)
    let found = try #require(update([Self.install], "a.install", lines: [line]))
    #expect(found.hasSuffix("…"))
    #expect(found.count == "a.install: ".count + 100)
  }
}
