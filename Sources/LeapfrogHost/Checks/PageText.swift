/// What a page says, for an error: its text without tags, printable, short, and without what looks
/// like a secret.
enum PageText {
  /// The first words of a body.
  static func start(of body: [UInt8], atMost limit: Int = 100) -> String {
    let text = String(decoding: withoutTags(body.prefix(32 << 10)), as: UTF8.self)
    // Cut generously first, so that a secret is seen whole, and only then to what is shown.
    let line = printable(text, atMost: limit + 400)
    let safe = hidingSecrets(line)
    return safe.count > limit ? "\(safe.prefix(limit))…" : safe
  }

  /// A text that may be shown: one line, printable, without what looks like a secret.
  static func safe(_ text: String, atMost limit: Int = 100) -> String {
    start(
      of: Array(text.utf8.map { $0 == UInt8(ascii: "<") ? UInt8(ascii: " ") : $0 }), atMost: limit)
  }

  /// Tags become spaces; scripts, styles and comments go whole.
  private static func withoutTags(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var (text, rest) = ([UInt8](), bytes)
    while let tag = rest.firstIndex(of: UInt8(ascii: "<")) {
      text += rest[..<tag] + [UInt8(ascii: " ")]
      rest = rest[tag...]
      let end = endings.first { starts(rest, with: $0.start) }?.end ?? ">"
      guard let close = rest.firstRange(of: Array(end.utf8)) else { return text }
      rest = rest[close.upperBound...]
      if end.hasPrefix("</") { rest = rest.drop { $0 != UInt8(ascii: ">") }.dropFirst() }
    }
    return text + rest
  }

  private static let endings = [
    (start: "<!--", end: "-->"), (start: "<script", end: "</script"),
    (start: "<style", end: "</style"),
  ]

  private static func starts(_ bytes: ArraySlice<UInt8>, with text: String) -> Bool {
    bytes.prefix(text.utf8.count).elementsEqual(text.utf8) { $0 | 0x20 == $1 | 0x20 }
  }

  private static func printable(_ text: String, atMost limit: Int) -> String {
    var line = ""
    var count = 0
    for character in text.lazy.map({ isPrintable($0) ? $0 : " " }) {
      if character == " ", line.isEmpty || line.last == " " { continue }
      line.append(character)
      count += 1
      if count == limit { break }
    }
    return String(line.last == " " ? line.dropLast() : line[...])
  }

  private static func isPrintable(_ character: Character) -> Bool {
    character != "\u{FFFD}" && !character.isWhitespace
      && character.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
          .paragraphSeparator:
          false
        default: true
        }
      }
  }

  /// What follows the name of a secret, and what stands between a scheme and a host.
  private static func hidingSecrets(_ text: String) -> String {
    text.replacing(/:\/\/[^\s\/@]+@/, with: "://…@")
      .replacing(
        /(?i)((?:pass|pwd|secret|token|api.?key|auth|cookie|credential)[\w-]*["'\]]{0,2})\s*(?:=>|=|:)\s*(?:"[^"]*"?|'[^']*'?|\S+)/
      ) { "\($0.output.1)=…" }
  }
}
