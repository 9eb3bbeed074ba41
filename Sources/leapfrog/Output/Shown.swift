import LeapfrogCore

/// What may be written to a terminal or into a file that people read. It can be made only of the parts below,
/// and none of them lets a control character of another's text through: names of files, refs, authors of
/// commits, last words of commands and everything that hosts say are text, whatever they hold.
///
/// What is not made of this is the output of `exec`: that command has the terminal itself.
struct Shown {
  /// What a view does to the terminal that it draws on.
  enum Control {
    case clearLine
    case lineStart
    /// Back over so many lines, which are cleared.
    case clearLines(Int)
  }

  let bytes: [UInt8]

  private init(_ text: String) { bytes = Array(text.utf8) }

  /// One line; what would end it is escaped.
  static func line(_ text: Styled, colored: Bool) -> Shown {
    Shown(unended(text, colored: colored) + "\n")
  }

  /// The begin of a line, such as a question.
  static func begun(_ text: String) -> Shown { Shown(text.visible) }

  /// A text of several lines, such as a configuration, whose line ends and tabs stay.
  static func lines(_ text: String) -> Shown { Shown(text.visibleLines) }

  /// JSON on one line.
  static func json(_ value: some Encodable) throws -> Shown {
    Shown(try Wire.visible(value) + "\n")
  }

  static func control(_ control: Control) -> Shown {
    switch control {
    case .clearLine: Shown("\u{1B}[2K")
    case .lineStart: Shown("\r")
    case .clearLines(let count): Shown("\u{1B}[\(count)A\u{1B}[J")
    }
  }

  private static func unended(_ text: Styled, colored: Bool) -> String {
    text.parts.map { part in
      guard colored, let style = part.style else { return part.text.visible }
      return "\u{1B}[\(style.rawValue)m\(part.text.visible)\u{1B}[0m"
    }.joined()
  }
}
