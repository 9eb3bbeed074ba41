import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct SyntaxTests {
  @Test(arguments: ["", "\n\n", "# nothing\n", "---\n", "~", "\u{FEFF}"])
  func aFileWithoutContentsIsEmpty(_ text: String) {
    expectMistake(text, "1: the file is empty; allowed: a mapping with `pairs`")
  }

  @Test func theFileIsAMappingWithPairs() {
    expectMistake("[]", "1: found a list; allowed: a mapping")
    expectMistake("hello", "1: found text `hello`; allowed: a mapping")
    expectMistake("{}", "1: has no `pairs`")
    expectMistake("pairs: [a]", "1: pairs: found a list; allowed: a mapping")
  }

  @Test(arguments: [
    ("pairs:\n\tacme:\n", "a tab is used for indentation; use spaces"),
    ("pairs:\n  - a\n b: c\n", "is not YAML"), ("pairs: {a: b\n", "is not YAML"),
    ("pairs:\n  a: *missing\n", "undefined alias"),
    ("pairs: {}\n---\npairs: {}\n", "more than one"),
    ("pairs:\n  a: \"\\q\"\n", "is not YAML"), ("pairs:\n  a: @x\n", "is not YAML"),
    ("pairs:\n a: \u{1}\n", "2: the text cannot be read"),
    ("pairs:\r\n\ta:\r\n", "a tab is used for indentation; use spaces"),
  ])
  func syntaxErrorsHaveALine(_ text: String, _ part: String) {
    let found = mistakes(text)
    #expect(found.count == 1 && found[0].contains(part), "\(found)")
    #expect(found.first?.prefix { $0 != ":" }.allSatisfy(\.isNumber) == true, "\(found)")
  }

  @Test func keysWrittenTwiceAreFoundWhereverTheyAre() {
    let text = """
      pairs:
        acme:
          repository: /r
          root: /srv/acme
          "jobs": 1
          jobs: 2
          'jobs': 70
          sites:
            www: {check: {status: 1}, check: {status: 200}}
            www:
      """
    #expect(
      mistakes(text).map { $0.prefix { $0 != ";" } } == [
        "7: pairs.acme.jobs: the key is on line 5 already",
        "7: pairs.acme.jobs: the key is on line 6 already",
        "7: pairs.acme.jobs: found the number 70",
        "9: pairs.acme.sites.www.check: the key is on line 9 already",
        "10: pairs.acme.sites.www: the key is on line 9 already",
      ])
  }

  @Test func keysWithAnAnchorWrittenTwiceAreFoundToo() {
    expectMistake("pairs: {}\n&a x: 1\n&b x: 2\n", "2: `x`: the key is written more than once")
  }

  @Test func manyKeysWrittenTwiceEnd() {
    let text = (1...200).map { "k\($0): 1\nk\($0): 2\n" }.joined()
    #expect(!mistakes(text).isEmpty)
  }

  @Test func aliasesDoNotExpandWithoutBounds() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    expectMistake(text, "1: the file holds more than")
  }

  @Test func mergesDoNotExpandWithoutBounds() {
    var text = "a0: &a0 {x: 1, y: 2}\n"
    for level in 1...40 {
      text += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)], k\(level): 1}\n"
    }
    expectMistake(text, "1: the file holds more than")
  }

  @Test func deepNestingIsRefused() {
    expectMistake("pairs: " + String(repeating: "[", count: 5000), "1: is nested too deeply")
    expectMistake("pairs: " + String(repeating: "{a: ", count: 5000), "1: is nested too deeply")
  }

  @Test func whatIsNestedAsDeeplyAsAllowedIsRead() {
    let list = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
    expectMistake("pairs: " + list, "1: pairs: found a list; allowed: a mapping")
  }

  @Test func mergingNoMappingIsAMistake() {
    expectMistake(pairFile("<<: 5"), "5: pairs.acme.<<: found the number 5")
  }
}
