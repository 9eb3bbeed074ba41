extension Unicode.Scalar {
  /// Whether a terminal only draws the character. Not drawn are control characters (C0, DEL, C1), line and
  /// paragraph separators, and format characters, such as those that turn the direction of writing.
  public var isVisible: Bool {
    if (0x20..<0x7F).contains(value) { return true }
    return switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    // Joiners belong to scripts and to emoji, and hide nothing.
    case .format: self == "\u{200C}" || self == "\u{200D}"
    default: true
    }
  }
}

extension StringProtocol {
  /// The text on one line, as it may be shown to people: every character that could steer a terminal, begin
  /// another line or hide what stands beside it is written as an escape, for example `\u{1B}` or `\n`.
  public var visible: String { escaped(but: []) }

  /// The same for a text of several lines, whose line ends and tabs stay.
  public var visibleLines: String { escaped(but: ["\n", "\t"]) }

  /// By scalars: a line end after a carriage return is one character with it.
  private func escaped(but others: Set<Unicode.Scalar>) -> String {
    guard !unicodeScalars.allSatisfy(\.isVisible) else { return String(self) }
    return unicodeScalars.map { scalar in
      scalar.isVisible || others.contains(scalar)
        ? String(scalar) : scalar.escaped(asASCII: true)
    }.joined()
  }
}
