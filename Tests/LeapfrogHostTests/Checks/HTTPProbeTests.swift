import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct HTTPProbeTests {
  @Test(arguments: ["ftp://x", "http://", "http://a:b", "http://a:99999", "127.0.0.1:80", ""])
  func whatIsNoAddressIsNotOne(_ address: String) {
    #expect(HTTPAddress(address) == nil)
  }

  @Test func anAddressIsTakenApart() throws {
    let address = try #require(HTTPAddress("http://127.0.0.1:8080"))
    #expect(address.host == "127.0.0.1" && address.port == 8080)
  }

  @Test func theSiteIsAskedForByItsName() throws {
    let (page, request) = try ask(["HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n", "hel", "lo"])
    #expect(page.head.status == 404 && page.body == Array("hello".utf8))
    #expect(request.hasPrefix("GET /a?b HTTP/1.0\r\nHost: shop.example.com\r\n"))
    #expect(request.hasSuffix("\r\n\r\n") && !request.contains("Accept-Encoding"))
  }

  @Test func headersAreFoundWhateverTheirCase() throws {
    let (page, _) = try ask(["HTTP/1.0 200 OK\nX-One:  a \nx-one: b\nbroken\n\nbody"])
    #expect(page.head.values(of: "X-ONE") == ["a ", "b"] && page.body == Array("body".utf8))
  }

  @Test func theNameOfAListenerIsLookedUp() throws {
    let server = try RawServer(["HTTP/1.0 200 OK\r\n\r\n"])
    defer { server.stop() }
    let address = try #require(HTTPAddress("http://localhost:\(server.port)"))
    #expect(try HTTPProbe(address: address).get("/", domain: "x").head.status == 200)
    let unknown = try #require(HTTPAddress("http://nobody.invalid:80"))
    let failure = #expect(throws: Failure.self) {
      try HTTPProbe(address: unknown, timeout: 2).get("/", domain: "x")
    }
    #expect(failure?.message == "the address nobody.invalid is not known")
  }

  @Test func aServerThatKeepsTheConnectionIsNotWaitedFor() throws {
    let begun = ContinuousClock.now
    for head in [
      "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ] {
      let (page, _) = try ask(["HTTP/1.1 200 OK\r\n\(head)"], hangs: true)
      #expect(page.body == Array("hello".utf8))
    }
    #expect(try ask(["HTTP/1.1 204 No\r\n\r\n"], hangs: true).page.body.isEmpty)
    #expect(ContinuousClock.now - begun < .seconds(30))
  }

  @Test func chunksArePutTogetherWhereverTheyAreCut() throws {
    let text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
      + "3;name=x\r\nver\r\nA\r\nsion 12345\r\n0\r\nTrailer: x\r\n\r\n"
    for size in [1, 2, 7, text.utf8.count] {
      var answer = HTTPAnswer(of: "x", limit: 1000)
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        try answer.take(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(answer.isOver && answer.body == Array("version 12345".utf8), "\(size)")
      #expect(try answer.ended().status == 200)
    }
  }

  @Test func anInterimAnswerIsNotTheAnswer() throws {
    let (page, _) = try ask(["HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"])
    #expect(page.head.status == 200 && page.body == Array("x".utf8))
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "cut off after 4 bytes"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "cut off after 4 bytes"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", "cut off after 4 bytes"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>\r\n", "in chunks that"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "in chunks that"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\n", "in chunks that"),
    ("HTTP/1.1 200 OK\r\nA: b\r\n", "in HTTP"), ("SSH-2.0-OpenSSH\r\n", "in HTTP"),
    ("HTTP/1.1\r\n\r\n", "in HTTP"), ("HTTP/1.1 abc x\r\n\r\n", "in HTTP"),
    ("HTTP/1.1 -20 x\r\n\r\n", "in HTTP"), ("\u{0}\u{1}", "in HTTP"),
    ("", "with no answer"),
  ])
  func whatIsNoWholeAnswerIsRefused(_ text: String, _ words: String) throws {
    let failure = try #require(#expect(throws: Failure.self) { try ask([text]) })
    #expect(failure.message.contains(words), "\(failure)")
    #expect(failure.message.hasPrefix("shop.example.com/a?b at 127.0.0.1:"), "\(failure)")
  }

  /// Each byte comes in time, and the answer never.
  @Test(arguments: [0.1, 0.0]) func oneDeadlineHoldsForAllOfIt(pause: Double) throws {
    let begun = ContinuousClock.now
    let pieces =
      pause > 0
      ? Array("HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 400))").map(String.init) : []
    let failure = try #require(
      #expect(throws: Failure.self) { try ask(pieces, pause: pause, hangs: true, timeout: 1) })
    #expect(failure.message.hasSuffix("did not answer in 1 s"), "\(failure)")
    #expect(ContinuousClock.now - begun < .seconds(20))
  }

  @Test func aBodyIsReadUpToALimit() throws {
    let (page, _) = try ask(
      ["HTTP/1.1 200 OK\r\n\r\n"]
        + Array(repeating: String(repeating: "x", count: 1 << 20), count: 8))
    #expect(page.isCutShort && page.body.count >= 4 << 20 && page.body.count < 5 << 20)
  }

  @Test func aClosedPortIsNamed() throws {
    let address = try #require(HTTPAddress("http://127.0.0.1:1"))
    let failure = #expect(throws: Failure.self) {
      try HTTPProbe(address: address).get("/", domain: "a.example.com")
    }
    #expect(failure?.message.contains("127.0.0.1:1") == true)
  }

  private func ask(
    _ pieces: [String], pause: Double = 0, hangs: Bool = false, timeout: Int = 60
  ) throws -> (page: Page, request: String) {
    let server = try RawServer(pieces, pause: pause, hangs: hangs)
    defer { server.stop() }
    let address = try #require(HTTPAddress(server.address))
    let page = try HTTPProbe(address: address, timeout: timeout)
      .get("/a?b", domain: "shop.example.com")
    return (page, server.requests.first ?? "")
  }
}
