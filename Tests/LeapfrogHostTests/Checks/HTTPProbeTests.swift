import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct HTTPProbeTests {
  @Test(arguments: ["ftp://x", "http://", "http://a:b", "http://a:99999", "127.0.0.1:80", ""])
  func whatIsNoAddressIsNotOne(_ address: String) {
    #expect(HTTPProbe(address: address) == nil)
  }

  @Test func anAddressIsTakenApart() throws {
    let probe = try #require(HTTPProbe(address: "http://127.0.0.1:8080"))
    #expect(probe.host == "127.0.0.1" && probe.port == 8080)
  }

  @Test func anAnswerIsReadAndAnythingElseIsRefused() throws {
    let answer = try HTTPProbe.parse(
      Array("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\nhello".utf8), from: "http://x/")
    #expect(answer == .init(status: 404, body: Array("hello".utf8)))
    for bytes in ["", "SSH-2.0-OpenSSH", "HTTP/1.1", "HTTP/1.1 abc", "\u{0}\u{1}"] {
      #expect(throws: Failure.self) { try HTTPProbe.parse(Array(bytes.utf8), from: "http://x/") }
    }
  }

  @Test func aClosedPortIsNamed() throws {
    let probe = try #require(HTTPProbe(address: "http://127.0.0.1:1"))
    let failure = #expect(throws: Failure.self) { try probe.get("/", domain: "a.example.com") }
    #expect(failure?.message.contains("127.0.0.1:1") == true)
  }
}
