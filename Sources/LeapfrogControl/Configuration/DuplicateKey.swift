import Yams

/// Keys that are written twice. Yams refuses a mapping with such keys and shows neither the rest of
/// it nor the rest of the file, so the first of the two is given a mark that makes it differ, and the
/// file is read again: all mistakes can be told at once.
enum DuplicateKey {
  // Private use characters, which no valid key has.
  private static let begin: Character = "\u{E000}"
  private static let end: Character = "\u{E001}"

  /// The text with a mark in the key at that place; nil when the key is not plainly there.
  static func mark(_ key: String, at mark: Mark, in text: String, number: Int) -> String? {
    let scalars = text.unicodeScalars
    guard var index = index(of: mark, in: scalars) else { return nil }
    if scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
    guard scalars[index...].starts(with: key.unicodeScalars) else { return nil }
    return String(scalars[..<index]) + "\(begin)\(number)\(end)" + String(scalars[index...])
  }

  /// The key without its mark; nil for a key that has none.
  static func original(_ key: String) -> String? {
    guard key.first == begin, let last = key.firstIndex(of: end) else { return nil }
    return String(key[key.index(after: last)...])
  }

  private static func index(
    of mark: Mark, in scalars: String.UnicodeScalarView
  ) -> String.UnicodeScalarView.Index? {
    var start = scalars.startIndex
    for _ in 1..<max(mark.line, 1) {
      guard let newline = scalars[start...].firstIndex(of: "\n") else { return nil }
      start = scalars.index(after: newline)
    }
    let last = scalars.endIndex
    let index = scalars.index(start, offsetBy: max(mark.column - 1, 0), limitedBy: last)
    return index == last ? nil : index
  }
}
