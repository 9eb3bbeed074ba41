import LeapfrogCore

/// Texts of the configuration as they may stand in a message: short, on one line, without secrets.
enum Printable {
  private static let longest = 80

  /// The text without credentials in addresses, without control characters, cut where it is long.
  static func text(_ text: String, longest: Int = Self.longest) -> String {
    let escaped = hidingCredentials(text).unicodeScalars.prefix(longest + 1).map { scalar in
      scalar.isVisible ? "\(scalar)" : scalar.escaped(asASCII: true)
    }
    guard escaped.count > longest else { return escaped.joined() }
    return escaped.prefix(longest).joined() + "…"
  }

  /// The text in back quotes.
  static func quoted(_ text: String) -> String {
    "`\(self.text(text))`"
  }

  /// Replaces what stands between `://` and the last `@` of an address: `https://***@host/path`.
  static func hidingCredentials(_ text: String) -> String {
    var words: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      words.append(hidingCredentials(inWord: word))
    }
    return words.joined(separator: " ")
  }

  private static func hidingCredentials(inWord word: Substring) -> String {
    guard let scheme = word.firstRange(of: "://"), let at = word.lastIndex(of: "@"),
      at >= scheme.upperBound
    else { return String(word) }
    return word[..<scheme.upperBound] + "***" + word[at...]
  }
}
