import Testing

@testable import LeapfrogControl

/// The line that tells how a command ended, found among what the command says.
@Suite struct CommandEndingTests {
  /// What is left for the reader, and how it ended; every piece has so many bytes.
  private func end(_ text: String, pieces: Int) throws -> (said: String, status: Int32) {
    var ending = CommandEnding(nonce: "leapfrog-1a", host: "web1")
    var said: [UInt8] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      said += ending.take(Array(bytes[start..<min(start + pieces, bytes.count)]))
    }
    return (String(decoding: said, as: UTF8.self), try ending.status())
  }

  @Test(arguments: [1, 2, 3, 7, 1000]) func theLineIsTakenOut(pieces: Int) throws {
    for status: Int32 in [0, 7, 42, 255] {
      for said in [
        "", "x", "warning: ü€😀", "line\n", "\n\n", String(repeating: "long ", count: 99),
      ] {
        let found = try end("\(said)\u{1e}leapfrog-1a ended \(status)\n", pieces: pieces)
        #expect(found.said == said && found.status == status)
      }
    }
  }

  @Test(arguments: [1, 5, 1000]) func whatLooksLikeItIsTheCommands(pieces: Int) throws {
    let said =
      "leapfrog-1a ended 3\n\u{1e}x leapfrog-1a ended 4\n\u{1e}leapfrog-2b ended 5\n\u{1e}leapfrog-1a ende"
    let found = try end("\(said)\u{1e}leapfrog-1a ended 1\n", pieces: pieces)
    #expect(found.said == said && found.status == 1)
  }

  @Test(arguments: [1, 5, 1000]) func moreMayComeBehindIt(pieces: Int) throws {
    let found = try end("now\u{1e}leapfrog-1a ended 1\nlate\n", pieces: pieces)
    #expect(found.said == "nowlate\n" && found.status == 1)
  }

  @Test func nothingIsHeldBackThatIsSurelyTheCommands() throws {
    var ending = CommandEnding(nonce: "leapfrog-1a", host: "web1")
    for said in ["name? ", "line\n", "a\r\n", "leap"] {
      #expect(ending.take(Array(said.utf8)) == Array(said.utf8))
    }
    #expect(ending.take(Array("a\u{1e}leap".utf8)) == Array("a".utf8))
    #expect(ending.take(Array("ing".utf8)) == Array("\u{1e}leaping".utf8))
    #expect(ending.take(Array("x\u{1e}leapfrog-1a ended 3\r\n".utf8)) == Array("x".utf8))
    #expect(try ending.isTold && ending.status() == 3)
  }

  @Test(arguments: ["", "some error\n", "\u{1e}leapfrog-1a ended ", "\u{1e}leapfrog-1a ended 0"])
  func withoutItTheLinkWasLost(text: String) {
    #expect(throws: LinkLost.self) { try end(text, pieces: 4) }
  }
}
