import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct RefTests {
  let fixture: GitFixture
  let first: ObjectID
  let second: ObjectID

  init() throws {
    fixture = try GitFixture()
    first = try fixture.commit(["a": "1"])
    second = try fixture.commit(["a": "2"], parent: first)
    try fixture.git("update-ref", "refs/heads/main", second.hex)
    try fixture.git("update-ref", "refs/tags/v1.0", first.hex)
    try fixture.git("tag", "-a", "-m", "annotated", "v2.0", second.hex)
  }

  @Test func aTagABranchAFullNameAndAnIdAreFound() throws {
    let repository = try fixture.open()
    let expected: [(String, String?, ObjectID)] = [
      ("v1.0", "refs/tags/v1.0", first), ("v2.0", "refs/tags/v2.0", second),
      ("main", "refs/heads/main", second), ("refs/heads/main", "refs/heads/main", second),
      (first.hex, nil, first), (first.hex.uppercased(), nil, first), (first.short, nil, first),
      (String(second.hex.prefix(7)), nil, second),
    ]
    for (ref, fullName, commit) in expected {
      let found = try repository.resolve(ref)
      #expect(found == ResolvedRef(name: ref, fullName: fullName, commit: commit))
    }
  }

  @Test(arguments: [
    "", "-x", "--upload-pack=touch x", "$(touch x)", "`touch x`", "a..b", "main~1", "main^", "a:b",
    "a b", "a\nb", "a\0b", "v?", "v*", "v[1]", "a\\b", "a;b", "a|b", "a&b", "a'b", "a\"b", "a<b",
    "a>b", "a@{1}", "/main", "main/", "a//b", "x.lock", ".x", "refs/heads/", "refs/",
  ])
  func aMalformedRefIsRefusedAndNothingRuns(ref: String) throws {
    let repository = try fixture.open()
    let failure = failure { _ = try repository.resolve(ref) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("\n") == false)
    #expect(!FileManager.default.fileExists(atPath: "x"))
  }

  @Test func aMissingRefNamesThoseNearIt() throws {
    let repository = try fixture.open()
    let failure = failure { _ = try repository.resolve("v1.1") }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("'v1.1'") == true)
    #expect(failure?.message.contains("which has v1.0, v2.0") == true)
    let newest = LeapfrogControlTests.failure { _ = try repository.resolve("something-else") }
    #expect(newest?.message.hasSuffix("which has v2.0, v1.0, main") == true)
  }

  @Test func aMissingIdIsRefused() throws {
    let repository = try fixture.open()
    for ref in [String(repeating: "0", count: 40), "0000000", "123456"] {
      #expect(failure { _ = try repository.resolve(ref) }?.kind == .usage)
    }
  }

  @Test func aTagAndABranchOfOneNameAreAmbiguous() throws {
    try fixture.git("update-ref", "refs/heads/v1.0", second.hex)
    let repository = try fixture.open()
    let failure = failure { _ = try repository.resolve("v1.0") }
    #expect(failure?.message.contains("`refs/tags/v1.0` or `refs/heads/v1.0`") == true)
    #expect(try repository.resolve("refs/heads/v1.0").commit == second)
  }

  @Test func aBranchThatReadsLikeAnIdIsAmbiguousWithIt() throws {
    try fixture.git("update-ref", "refs/heads/\(first.short)", second.hex)
    let repository = try fixture.open()
    #expect(
      failure { _ = try repository.resolve(first.short) }?.message.contains("ambiguous") == true)
    #expect(try repository.resolve("refs/heads/\(first.short)").commit == second)
  }

  @Test func whatIsNoCommitIsRefused() throws {
    let blob = try fixture.blob("text")
    try fixture.git("update-ref", "refs/tags/text", blob.hex)
    let repository = try fixture.open()
    for ref in ["text", blob.hex] {
      #expect(failure { _ = try repository.resolve(ref) }?.message.contains("not a commit") == true)
    }
    #expect(!repository.contains(blob))
    #expect(repository.contains(first))
  }

  @Test func namesAreListedAsTyped() throws {
    let repository = try fixture.open()
    #expect(try repository.tags() == ["v1.0", "v2.0"])
    #expect(try repository.branches() == ["main"])
  }

  @Test func commitsAreCountedAndTheNewestShown() throws {
    let repository = try fixture.open()
    let all = try repository.commits(from: nil, to: second, limit: 1)
    #expect(all.count == 2)
    #expect(all.first.map(\.id) == [second])
    #expect(all.first.first?.subject == "A change")
    #expect(try repository.commits(from: first, to: second, limit: 9).first.map(\.id) == [second])
    #expect(try repository.commits(from: second, to: first, limit: 9).count == 0)
    let absent = try fixture.id(String(repeating: "1", count: 40))
    #expect(failure { _ = try repository.commits(from: absent, to: second, limit: 1) } != nil)
  }
}
