import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What a page is held to, and what is said of one that is not as expected.
@Suite struct PageCheckFaultTests {
  private func fault(
    _ check: CheckSpec, _ body: String, status: Int = 200, headers: [String: String] = [:],
    isCutShort: Bool = false
  ) -> String? {
    let fields = headers.map { HTTPHead.Field(name: $0.key.lowercased(), value: $0.value) }
    let lines = fields.map { "\($0.name): \($0.value)" }
    let head = HTTPHead(Array(("HTTP/1.1 \(status) x\n" + lines.joined(separator: "\n")).utf8))
    return head.flatMap {
      PageCheck(check: check, domain: "a", address: "http://b")
        .fault(of: Page(head: $0, body: Array(body.utf8), isCutShort: isCutShort))
    }
  }

  @Test func aPageAsExpectedHasNoFault() {
    let check = CheckSpec(
      contains: "</html>", lacks: "Fatal", headers: ["X-Version": "2", "x-any": ""])
    let headers = ["x-version": "v2.1", "X-Any": "1"]
    #expect(fault(check, "<html>fine</html>", headers: headers) == nil)
    #expect(fault(CheckSpec(status: 301), "", status: 301) == nil)
  }

  @Test func theFaultSaysWhatWasAnsweredInstead() {
    let page = "<html><head><style>b{}</style><title>Oops</title></head><p>It\n\n broke</html>"
    #expect(
      fault(CheckSpec(), page, status: 500) == "500 instead of 200, with the text “Oops It broke”")
    #expect(
      fault(CheckSpec(contains: "shop"), page) == "without “shop”, with the text “Oops It broke”")
    #expect(fault(CheckSpec(contains: "shop"), "") == "without “shop”, with no text")
    #expect(fault(CheckSpec(lacks: "broke"), page) == "with “broke”, which it must lack")
    #expect(fault(CheckSpec(headers: ["X-A": "1"]), page) == "without the header X-A")
    #expect(
      fault(CheckSpec(headers: ["X-A": "1"]), page, headers: ["X-A": "2"])
        == "with the header X-A “2”, which must hold “1”")
  }

  @Test func whatCannotBeLookedAtIsNotTakenForGood() throws {
    let packed = try #require(
      fault(CheckSpec(lacks: "Fatal"), "\u{1F}", headers: ["Content-Encoding": "gzip"]))
    #expect(packed.hasPrefix("in gzip, which was not asked for"))
    #expect(fault(CheckSpec(), "\u{1F}", headers: ["Content-Encoding": "gzip"]) == nil)
    let long = try #require(fault(CheckSpec(lacks: "Fatal"), "x", isCutShort: true))
    #expect(long.contains("too much to say what it lacks"))
    #expect(fault(CheckSpec(contains: "x"), "x", isCutShort: true) == nil)
  }

  @Test(arguments: [
    ("mysql://shop:canary@db/x", "mysql://…@db/x"),
    ("DB_PASSWORD=canary now", "DB_PASSWORD=… now"),
    ("['password' => 'canary canary'] x", "['password'=…] x"),
    ("api_key: canary", "api_key=…"), ("Token = \"canary", "Token=…"),
  ])
  func whatLooksLikeASecretIsNotShown(_ text: String, _ shown: String) {
    #expect(PageText.start(of: Array(text.utf8)) == shown)
  }

  @Test func theTextIsShortAndPrintable() {
    let odd = "a\u{0}\u{1B}[31m\u{202E}b<script>x</script ><!-- <b> --> c<broken"
    #expect(PageText.start(of: Array(odd.utf8)) == "a [31m b c")
    let long = PageText.start(of: Array(String(repeating: "é ", count: 1000).utf8))
    #expect(long.count == 101 && long.hasSuffix("…"))
    #expect(
      PageText.start(of: Array("password=".utf8) + Array(repeating: 0x61, count: 600))
        == "password=…")
  }

  @Test func aHeaderThatHoldsASecretIsNamedOnly() {
    #expect(
      fault(CheckSpec(headers: ["Set-Cookie": "id=1"]), "", headers: ["set-cookie": "sid=canary"])
        == "with the header Set-Cookie, which must hold “id=1”")
  }

  @Test func aWrongAnswerIsAskedAgain() throws {
    var asked = 0
    try SiteChecks.repeated(3, pause: 1) {
      asked += 1
      if asked < 3 { throw Failure.failed("not yet") }
    }
    #expect(asked == 3)
    let failure = #expect(throws: Failure.self) {
      try SiteChecks.repeated(1, pause: 1) { throw Failure.failed("no") }
    }
    #expect(failure?.message == "no (asked 2 times)")
  }
}
