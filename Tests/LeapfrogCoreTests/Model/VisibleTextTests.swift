import Foundation
import LeapfrogCore
import Testing

/// What others wrote is drawn, and steers no terminal.
@Suite struct VisibleTextTests {
  @Test(arguments: [
    ("plain ü 日本 👨‍👩‍👧 e\u{301}", "plain ü 日本 👨‍👩‍👧 e\u{301}"),
    ("a\u{1B}[2Jb", #"a\u{1B}[2Jb"#), ("a\nb\r\tc", #"a\nb\r\tc"#), ("a\u{7F}", #"a\u{7F}"#),
    ("\u{9B}31m", #"\u{009B}31m"#), ("\u{202E}gnp.exe", #"\u{202E}gnp.exe"#),
    ("\u{2066}x\u{2069}", #"\u{2066}x\u{2069}"#), ("a\u{2028}b\u{85}", #"a\u{2028}b\u{0085}"#),
    ("\u{FEFF}x\u{0}", #"\u{FEFF}x\0"#), ("", ""),
  ]) func aLine(text: String, shown: String) { #expect(text.visible == shown) }

  @Test func severalLinesKeepTheirEnds() {
    #expect("a\n\tb\u{1B}c\r\nd\n".visibleLines == "a\n\tb\\u{1B}c\\r\nd\n")
  }

  @Test func jsonMeansTheSame() throws {
    let value = ["a\u{1B}\u{9B}\u{202E}\u{E0001}\u{7F}": ["\u{2028}ü\n"]]
    let text = try Wire.visible(value)
    #expect(!text.unicodeScalars.contains { !$0.isVisible }, "\(text)")
    #expect(try Wire.decoder().decode([String: [String]].self, from: Data(text.utf8)) == value)
  }
}
