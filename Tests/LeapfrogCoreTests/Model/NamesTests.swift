import LeapfrogCore
import Testing

@Suite struct NamesTests {
  @Test(arguments: [
    "a", "1", "www.example.com", "a-b.c_d", "xn--bcher-kva.example", "localhost",
    String(repeating: "a", count: 63) + ".b",
    Array(repeating: "abc", count: 63).joined(separator: ".") + "d",
  ])
  func domains(_ name: String) {
    #expect(Names.fault(inDomain: name) == nil)
  }

  @Test(arguments: [
    "", ".", "..", "a..b", ".a", "a.", "-a", "a-", "_a", "a.-b", "../x", "a/b", "a;rm -rf", "a b",
    "a\nb", "a\n", "a\0", "A", "bücher.example", "ａ", "$(id)", "--upload-pack=x", "a:80", "*",
    String(repeating: "a", count: 64), String(repeating: "a.", count: 126) + "ab",
    String(repeating: "x", count: 300),
  ])
  func notDomains(_ name: String) {
    #expect(Names.fault(inDomain: name) != nil)
  }

  @Test func pairsAreOneLabel() {
    #expect(Names.fault(inPair: "acme-2_x") == nil)
    for name in ["", "a.b", ".", "..", "-a", "A", "a/b", String(repeating: "a", count: 64)] {
      #expect(Names.fault(inPair: name) != nil, "\(name)")
    }
  }
}

@Suite struct RelativePathTests {
  @Test(arguments: ["a", "a/b.c", ".hidden", "...", "a b", "-x", "ü/€", "a/..b"])
  func paths(_ path: String) {
    #expect(RelativePath.fault(in: path) == nil)
  }

  @Test(arguments: [
    "", "/", "/a", ".", "..", "./a", "a/.", "../a", "a/../b", "a//b", "a/", "a\0b", "a\nb",
    String(repeating: "a", count: 256),
    Array(repeating: "abc", count: 1001).joined(separator: "/"),
  ])
  func notPaths(_ path: String) {
    #expect(RelativePath.fault(in: path) != nil)
  }
}
