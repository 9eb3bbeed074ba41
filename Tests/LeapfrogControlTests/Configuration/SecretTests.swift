import Testing

@testable import LeapfrogControl

@Suite struct SecretTests {
  static let secret = "hunter2-canary"

  @Test(arguments: [
    pairFile("jobs: https://u:\(secret)@h/x"), pairFile("host: https://\(secret)@h/x"),
    pairFile("https://u:\(secret)@h/x: 1"), pairFile("build: [a, {b: \(secret)}]"),
    "pairs: {a: {repository: '-https://u:\(secret)@h', root: /a}}",
    "pairs: {a: {repository: \"https://u:\(secret)@h\\n\", root: /a}}",
    "pairs: {a: {repository: ['https://u:\(secret)@h'], root: /a}}",
    "pairs: {a: {repository: 'ext::sh -c \(secret)', root: /a}}",
    "pairs: {a: {repository: 'https://u:\(secret)@h', root: /a}",
    "https://u:\(secret)@h", "pairs: {a: {root: 'https://u:a/\(secret)@h'}}",
  ])
  func noMessageShowsACredential(_ text: String) {
    let found = mistakes(text)
    #expect(!found.isEmpty)
    #expect(!found.contains { $0.contains(Self.secret) }, "\(found)")
  }

  @Test func credentialsAreHiddenAndTheRestIsShown() {
    let hidden = Printable.hidingCredentials("from https://u:p@w@h/x to ssh://git@h and a@b")
    #expect(hidden == "from https://***@h/x to ssh://***@h and a@b")
    #expect(Printable.hidingCredentials("https://h/x") == "https://h/x")
  }

  @Test func repositoriesThatAreNoAddressAreRefused() {
    for address in ["", "  ", "-x", "--upload-pack=x", "~/x", "a\nb", "ext::sh", "fd::3"] {
      #expect(RepositoryRule.fault(in: address) != nil, "\(address)")
    }
    for address in ["x", "host:~/x", "[::1]:x", "https://h/a::b", "ssh://[::1]/x"] {
      #expect(RepositoryRule.fault(in: address) == nil, "\(address)")
    }
  }

  @Test func textsAreShownShortAndOnOneLine() {
    #expect(Printable.quoted("a\nb\u{202E}") == "`a\\nb\\u{202E}`")
    #expect(Printable.text(String(repeating: "x", count: 500)).count == 81)
  }

  @Test func theNearestNameIsFound() {
    #expect(Nearest.distance("kitten", "sitting") == 3)
    #expect(Nearest.distance("", "abc") == 3)
    #expect(Nearest.match("udpate", among: ["install", "update"]) == "update")
    #expect(Nearest.match("zzzzzz", among: ["install", "update"]) == nil)
    #expect(Nearest.match("x", among: []) == nil)
    #expect(Nearest.sorted(["blue", "acme", "acne"], by: "acme") == ["acme", "acne", "blue"])
  }
}
